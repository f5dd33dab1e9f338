"use strict";
/* Draws every figure of a page from its data block, and serves its buttons. Nothing here asks the network. */
(() => {
  const data = JSON.parse(document.getElementById("haihe-data").textContent);
  const root = document.documentElement;
  const charts = new Map();
  const players = new Map();
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const language = () => (root.lang.startsWith("zh") ? "zh" : "en");

  /* Words of the pointer: the head (place on the axis, or the item's own) and one line an item that has words. */
  function pointerWords(given) {
    const items = (Array.isArray(given) ? given : [given]).filter((p) => p.data && p.data.text);
    if (!items.length) return "";
    const head = items[0].data.head ?? items[0].axisValueLabel ?? items[0].name ?? "";
    const lines = items.map((p) => p.data.text);
    return (head ? [head, ...lines] : lines).join("\n");
  }

  /* An axis of numbers: thousands separators, a real minus sign, shares as percentages. */
  function withNumbers(axis) {
    if (axis.type !== "value") return axis;
    const style = axis.haihe?.share ? { style: "percent", maximumFractionDigits: 2 } : { maximumFractionDigits: 8 };
    const numbers = new Intl.NumberFormat("en", style);
    return { ...axis, axisLabel: { ...axis.axisLabel, formatter: (v) => numbers.format(v).replace("-", "−") } };
  }

  function optionOf(key) {
    const option = data.options[key][language()];
    const axes = {};
    for (const name of ["xAxis", "yAxis"]) if (option[name]) axes[name] = [option[name]].flat().map(withNumbers);
    const whole = { ...option, ...axes, tooltip: { ...option.tooltip, formatter: pointerWords } };
    const player = players.get(key);
    if (!option.timeline || !player) return whole;
    return { ...whole, timeline: { ...option.timeline, currentIndex: player.at } };
  }

  /* A figure over time: the moment that is shown, and the clock while it plays. */
  function playerOf(figure, chart) {
    const { timeline } = data.options[figure.dataset.key][language()];
    const player = { at: timeline.currentIndex, last: timeline.data.length - 1, clock: null, pause: timeline.playInterval };
    chart.on("timelinechanged", (event) => {
      player.at = event.currentIndex;
      tell(figure, player);
    });
    return player;
  }

  /* Say which moment is shown, and whether it plays. */
  function tell(figure, player) {
    const { timeline } = data.options[figure.dataset.key][language()];
    const colon = language() === "zh" ? "：" : ": ";
    figure.querySelector(".moment").textContent = `${timeline.haihe.title}${colon}${timeline.data[player.at]}`;
    figure.querySelector('button[data-do="play"]').setAttribute("aria-pressed", String(player.clock !== null));
  }

  function show(figure, at) {
    const player = players.get(figure.dataset.key);
    player.at = Math.min(Math.max(at, 0), player.last);
    charts.get(figure.dataset.key).dispatchAction({ type: "timelineChange", currentIndex: player.at });
    tell(figure, player);
  }

  function stop(figure) {
    const player = players.get(figure.dataset.key);
    clearInterval(player.clock);
    player.clock = null;
    tell(figure, player);
  }

  /* From the moment that is shown, or from the first where the last one is; it stops at the last. Who asks for less
     motion gets one moment a press: nothing moves by itself. */
  function play(figure) {
    const player = players.get(figure.dataset.key);
    if (player.at === player.last || still.matches) {
      show(figure, player.at === player.last ? 0 : player.at + 1);
      if (still.matches) return;
    }
    player.clock = setInterval(() => {
      if (player.at < player.last) show(figure, player.at + 1);
      if (player.at === player.last) stop(figure);
    }, player.pause);
    tell(figure, player);
  }

  function stopAll() {
    document.querySelectorAll("figure.charted").forEach((figure) => players.has(figure.dataset.key) && stop(figure));
  }

  function draw(figure) {
    const box = figure.querySelector(".chart");
    const key = figure.dataset.key;
    let chart = charts.get(key);
    if (!chart) {
      box.style.height = `${box.dataset.height}px`;
      chart = echarts.init(box, null, { renderer: "svg" });
      charts.set(key, chart);
      new ResizeObserver(() => fit(box, chart)).observe(box);
    }
    chart.setOption(optionOf(key), { notMerge: true });
    fit(box, chart);
    if (!figure.querySelector(".player")) return;
    if (!players.has(key)) players.set(key, playerOf(figure, chart));
    tell(figure, players.get(key));
  }

  /* Lay a chart out for the width of the screen; on paper it is scaled as it stands, by its view box. */
  function fit(box, chart) {
    if (matchMedia("print").matches) return;
    const [width, height] = [box.clientWidth, Number(box.dataset.height)];
    chart.resize({ width, height });
    box.querySelector("svg").setAttribute("viewBox", `0 0 ${width} ${height}`);
  }

  function drawAll() {
    document.querySelectorAll("figure.charted").forEach(draw);
    root.dataset.ready = language();
  }

  /* Text of an element without what the other language hides. */
  function shownText(element) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(`.t:not([lang="${language()}"])`).forEach((other) => other.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  }

  function matrix(figure) {
    const cell = (c) => (c.dataset.value === undefined ? { text: shownText(c) } : { number: c.dataset.value });
    return [...figure.querySelector("table").rows].map((row) => [...row.cells].map(cell));
  }

  const safe = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  function captions(figure) {
    const word = (selector) => [...figure.querySelectorAll(selector)].map(shownText);
    return [...word("figcaption .source"), ...word("h3 .mark"), ...word("figcaption .note")];
  }

  function csv(figure) {
    const rows = matrix(figure).map((row) => row.map((c) => c.number ?? quoted(safe(c.text))).join(","));
    const below = captions(figure).map((line) => quoted(safe(line)));
    return `\ufeff${[...rows, "", ...below].join("\r\n")}\r\n`;
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  const fileName = (figure, ending) => `${figure.dataset.key.replace(/[^\p{L}\p{N}._-]+/gu, "_")}-${language()}.${ending}`;

  /* The chart with its title, unit, mark and source, so that a picture never travels without them. */
  function picture(figure) {
    const shown = figure.querySelector(".chart");
    const box = document.createElement("div");
    const width = 960;
    const height = Number(shown.dataset.height);
    box.style.width = `${width}px`;
    box.style.height = `${height}px`;
    const chart = echarts.init(box, null, { renderer: "canvas", width, height });
    chart.setOption(optionOf(figure.dataset.key));
    asShown(chart, charts.get(figure.dataset.key).getOption());
    const scale = 2;
    const drawn = chart.renderToCanvas({ pixelRatio: scale, backgroundColor: "#ffffff" });
    const font = getComputedStyle(document.body).fontFamily;
    const unit = figure.querySelector(".unit");
    const above = [figure.querySelector("h3 .title"), figure.querySelector("h3 .mark"), unit];
    const [title, mark, unitText] = above.map((e) => (e ? shownText(e) : ""));
    const foot = [...figure.querySelectorAll("figcaption .note, figcaption .source")].map(shownText);
    const canvas = document.createElement("canvas");
    const paper = canvas.getContext("2d");
    paper.font = `12px ${font}`;
    const lines = foot.flatMap((text) => wrapped(paper, text, width - 32));
    canvas.width = width * scale;
    canvas.height = (height + 84 + 18 * lines.length) * scale;
    paper.scale(scale, scale);
    paper.fillStyle = "#ffffff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.fillStyle = "#1b2733";
    paper.font = `600 19px ${font}`;
    paper.fillText(title, 16, 32, width - 32);
    paper.font = `12px ${font}`;
    paper.fillStyle = "#4d5b68";
    paper.fillText([unitText, mark].filter(Boolean).join("   "), 16, 54, width - 32);
    paper.drawImage(drawn, 0, 64, width, height);
    lines.forEach((line, i) => paper.fillText(line, 16, height + 80 + 18 * i));
    chart.dispose();
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  /* What the reader took out of the legend, and how near they look, stands in the picture too. */
  function asShown(chart, now) {
    for (const [name, on] of Object.entries(now.legend?.[0]?.selected ?? {})) {
      if (!on) chart.dispatchAction({ type: "legendUnSelect", name });
    }
    if (now.dataZoom?.length) chart.setOption({ dataZoom: now.dataZoom });
  }

  function wrapped(paper, text, width) {
    const lines = [""];
    for (const word of text.split(/(?<=[\s\u3000-\u9fff\uff00-\uffef])/u)) {
      if (paper.measureText(lines.at(-1) + word).width > width) lines.push("");
      lines[lines.length - 1] += word;
    }
    return lines;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      return done;
    }
  }

  const does = {
    table(figure, button) {
      const panel = figure.querySelector(".data");
      panel.hidden = !panel.hidden;
      button.setAttribute("aria-expanded", String(!panel.hidden));
    },
    csv(figure) {
      save(new Blob([csv(figure)], { type: "text/csv;charset=utf-8" }), fileName(figure, "csv"));
    },
    play(figure) {
      if (players.get(figure.dataset.key).clock === null) play(figure);
      else stop(figure);
    },
    back(figure) {
      stop(figure);
      show(figure, players.get(figure.dataset.key).at - 1);
    },
    next(figure) {
      stop(figure);
      show(figure, players.get(figure.dataset.key).at + 1);
    },
    async png(figure) {
      save(await picture(figure), fileName(figure, "png"));
    },
    async copy(figure, button) {
      const text = matrix(figure)
        .map((row) => row.map((c) => c.number ?? safe(c.text)).join("\t"))
        .join("\n");
      const state = (await copy(text)) ? "copied" : "failed";
      const status = figure.querySelector(".status");
      for (const one of status.children) one.hidden = one.dataset.state !== state;
      button.focus();
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (button) does[button.dataset.do](button.closest("figure"), button);
  });

  for (const [name, shapes] of Object.entries(data.maps)) echarts.registerMap(name, shapes);
  document.querySelectorAll('figure.charted button[data-do="table"]').forEach((button) => {
    does.table(button.closest("figure"), button);
  });
  window.addEventListener("beforeprint", stopAll);
  matchMedia("print").addEventListener("change", stopAll);
  new MutationObserver(drawAll).observe(root, { attributes: true, attributeFilter: ["lang"] });
  drawAll();
})();
