// Small helps for every page; each page works without them.
document.addEventListener("change", (event) => {
  const field = event.target.closest("select[data-submits]");
  if (field) field.form.requestSubmit();
});
document.addEventListener("click", (event) => {
  const asked = event.target.closest("button[data-print]");
  if (asked) window.print();
});
document.documentElement.dataset.ready = "yes";
