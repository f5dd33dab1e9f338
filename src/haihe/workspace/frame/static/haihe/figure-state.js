// The state of every figure in the page's address: table open, legend, zoom, moment. Whoever gets the address sees the same.
// `?view=<key>;table;off=0,2;at=3;zoom=10,60` stands once for each figure that was touched. Numbers, not names, so that
// the address says the same in both languages. Without scripts the page shows every table.
const data = document.getElementById("haihe-data");
const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const options = data ? JSON.parse(data.textContent).options : {};
const ZOOM_STEP = 0.7;
const WORDS = {
  in: { zh: "放大", en: "Zoom in" },
  out: { zh: "缩小", en: "Zoom out" },
  left: { zh: "前移", en: "Move back" },
  right: { zh: "后移", en: "Move on" },
  all: { zh: "全图", en: "Whole chart" },
};

function readAll() {
  const states = new Map();
  for (const said of new URLSearchParams(location.search).getAll("view")) {
    const [key, ...parts] = said.split(";");
    const state = {};
    for (const part of parts) {
      const [name, value] = part.split("=");
      const numbers = (value ?? "").split(",").map(Number).filter(Number.isFinite);
      if (name === "table") state.table = true;
      else if (name === "off") state.off = numbers;
      else if (name === "at" && numbers.length) [state.at] = numbers;
      else if (name === "zoom" && numbers.length === 2) state.zoom = numbers.map((n) => Math.min(Math.max(n, 0), 100));
    }
    states.set(key, state);
  }
  return states;
}

const states = readAll();

function write() {
  const query = new URLSearchParams(location.search);
  query.delete("view");
  for (const [key, state] of states) {
    const parts = [
      ...(state.table ? ["table"] : []),
      ...(state.off?.length ? [`off=${state.off}`] : []),
      ...(state.at === undefined ? [] : [`at=${state.at}`]),
      ...(state.zoom ? [`zoom=${state.zoom.map((n) => Math.round(n * 10) / 10)}`] : []),
    ];
    if (parts.length) query.append("view", [key, ...parts].join(";"));
  }
  const said = query.toString();
  history.replaceState(null, "", `${location.pathname}${said && `?${said}`}${location.hash}`);
}

function change(key, said) {
  states.set(key, { ...states.get(key), ...said });
  write();
}

const names = (chart) => chart.getOption().legend?.[0]?.data?.map((each) => each.name ?? each) ?? [];

// The axis of categories or years along which a chart can be looked at more closely; none for maps, flows and players.
function zoomed(option) {
  if (option.timeline || !option.xAxis || !option.yAxis) return null;
  const [x, y] = [option.xAxis, option.yAxis].map((axis) => [axis].flat()[0]);
  if (x.type === "category" && y.type === "category") return { yAxisIndex: 0 };
  return y.type === "category" ? { yAxisIndex: 0 } : { xAxisIndex: 0 };
}

function zoomButtons(figure, chart) {
  const box = document.createElement("span");
  box.className = "zoom";
  const look = (move) => {
    const { start, end } = chart.getOption().dataZoom[0];
    const [middle, half] = [(start + end) / 2, (end - start) / 2];
    const [centre, width] = {
      in: [middle, half * ZOOM_STEP],
      out: [middle, half / ZOOM_STEP],
      left: [middle - half, half],
      right: [middle + half, half],
      all: [50, 50],
    }[move];
    const wide = Math.min(width, 50);
    const at = Math.min(Math.max(centre, wide), 100 - wide);
    chart.dispatchAction({ type: "dataZoom", start: at - wide, end: at + wide });
  };
  for (const [move, words] of Object.entries(WORDS)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words[language];
    button.dataset.zoom = move;
    button.addEventListener("click", () => look(move));
    box.append(button);
  }
  figure.querySelector(".tools").append(box);
}

function follow(figure) {
  const key = figure.dataset.key;
  const option = options[key]?.[language];
  const chart = echarts.getInstanceByDom(figure.querySelector(".chart"));
  if (!option || !chart) return;
  const state = states.get(key) ?? {};
  const axis = zoomed(option);
  if (axis) {
    const [start, end] = state.zoom ?? [0, 100];
    const none = { zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, moveOnMouseMove: true };
    chart.setOption({ dataZoom: [{ type: "inside", ...axis, ...none, start, end, filterMode: "filter" }] });
    zoomButtons(figure, chart);
    chart.on("datazoom", () => {
      const now = chart.getOption().dataZoom[0];
      change(key, { zoom: now.start <= 0 && now.end >= 100 ? undefined : [now.start, now.end] });
    });
  }
  for (const place of state.off ?? []) {
    const name = names(chart)[place];
    if (name !== undefined) chart.dispatchAction({ type: "legendUnSelect", name });
  }
  if (state.at !== undefined && option.timeline) chart.dispatchAction({ type: "timelineChange", currentIndex: state.at });
  chart.on("legendselectchanged", ({ selected }) => {
    change(key, { off: names(chart).flatMap((name, place) => (selected[name] === false ? [place] : [])) });
  });
  chart.on("timelinechanged", ({ currentIndex }) => change(key, { at: currentIndex }));
}

function followTable(figure) {
  const button = figure.querySelector('button[data-do="table"]');
  const panel = figure.querySelector(".data");
  if (!button || !panel) return;
  if (states.get(figure.dataset.key)?.table && panel.hidden) button.click();
  button.addEventListener("click", () => setTimeout(() => change(figure.dataset.key, { table: !panel.hidden })));
}

if (data && window.echarts) {
  document.querySelectorAll("figure.charted").forEach((figure) => {
    follow(figure);
    followTable(figure);
  });
  document.documentElement.dataset.followed = "yes";
}
