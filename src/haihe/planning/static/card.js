"use strict";
(() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.hash.slice(1)).get("lang");
  const set = (lang) => {
    root.lang = lang;
    document.title = root.dataset[lang] || document.title;
    for (const button of document.querySelectorAll("button[data-lang]")) {
      button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
    }
  };
  for (const button of document.querySelectorAll("button[data-lang]")) {
    button.addEventListener("click", () => set(button.dataset.lang));
  }
  set(asked === "zh" || asked === "en" ? asked : root.lang);
})();
