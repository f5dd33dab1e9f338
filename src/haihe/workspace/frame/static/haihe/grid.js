// A grid of cells: arrows and Enter move up and down, a block pasted from a spreadsheet fills the cells, changes are counted.
const form = document.getElementById("cells");
const rows = () => [...form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td input")]);

function place(input) {
  const all = rows();
  const at = all.findIndex((row) => row.includes(input));
  return { all, at, across: at < 0 ? -1 : all[at].indexOf(input) };
}

function go(input, down, across) {
  const { all, at, across: here } = place(input);
  const next = at < 0 ? null : all[at + down]?.[here + across];
  if (!next) return false;
  next.focus();
  next.select();
  return true;
}

function count() {
  const words = document.getElementById("typed");
  const typed = rows().flat().filter((input) => input.value !== input.defaultValue);
  for (const input of rows().flat()) input.classList.toggle("typed", typed.includes(input));
  if (words) words.textContent = typed.length ? words.dataset.words + typed.length : "";
}

if (form) {
  form.addEventListener("keydown", (event) => {
    const input = event.target.closest("td input");
    if (!input || event.altKey || event.ctrlKey || event.metaKey) return;
    const { selectionStart: from, selectionEnd: to, value } = input;
    const whole = from === 0 && to === value.length;
    const moves = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      Enter: [event.shiftKey ? -1 : 1, 0],
      ArrowLeft: whole || to === 0 ? [0, -1] : null,
      ArrowRight: whole || from === value.length ? [0, 1] : null,
    };
    const move = moves[event.key];
    if (move && (go(input, ...move) || event.key === "Enter")) event.preventDefault();
  });
  form.addEventListener("paste", (event) => {
    const input = event.target.closest("td input");
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!input || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const { all, at, across } = place(input);
    text.split(/\r?\n/).forEach((line, down) => line.split("\t").forEach((value, right) => {
      const cell = all[at + down]?.[across + right];
      if (cell) cell.value = value.trim();
    }));
    count();
  });
  form.addEventListener("input", count);
  count();
}
