/* A click on a point of the front's chart chooses it in the table beside and asks what it changes. */
const form = document.querySelector("form[data-point-picker]");
const box = document.querySelector('figure[data-key="front"] .chart');

function nearest([x, y]) {
  const radios = [...form.querySelectorAll('input[type="radio"]')];
  const off = (radio) => Math.abs(Number(radio.dataset.x) - x) + Math.abs(Number(radio.dataset.y) - y);
  const best = radios.reduce((one, other) => (off(other) < off(one) ? other : one));
  const size = Math.abs(x) + Math.abs(y) + 1e-9;
  return off(best) <= 1e-6 * size ? best : null;
}

function listen() {
  const chart = box && window.echarts?.getInstanceByDom(box);
  if (!chart) return false;
  chart.on("click", ({ value }) => {
    const radio = Array.isArray(value) ? nearest(value) : null;
    if (!radio) return;
    radio.checked = true;
    form.requestSubmit();
  });
  form.dataset.listens = "";
  return true;
}

if (form && box && !listen()) {
  const watch = new MutationObserver(() => listen() && watch.disconnect());
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-ready"] });
}
