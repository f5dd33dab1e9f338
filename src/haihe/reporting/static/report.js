"use strict";
/* The language of the page and the place in its contents. */
(() => {
  const root = document.documentElement;
  const buttons = [...document.querySelectorAll("button[data-lang]")];

  function setLanguage(lang) {
    if (root.lang !== lang) root.lang = lang;
    document.title = lang === "zh" ? root.dataset.titleZh : root.dataset.titleEn;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
  }

  function languageOfAddress() {
    const found = /^#lang=(zh|en)$/.exec(location.hash);
    if (found) setLanguage(found[1]);
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      setLanguage(button.dataset.lang);
      history.replaceState(null, "", `#lang=${button.dataset.lang}`);
    });
  }
  addEventListener("hashchange", languageOfAddress);
  setLanguage(root.lang);
  languageOfAddress();

  /* Mark the part in view. */
  const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [a.hash.slice(1), a]));
  const parts = [...links.keys()].map((id) => document.getElementById(decodeURIComponent(id))).filter(Boolean);
  function markPlace() {
    const here = parts.filter((part) => part.getBoundingClientRect().top < innerHeight * 0.35).at(-1) ?? parts[0];
    for (const [id, link] of links) {
      if (here && decodeURIComponent(id) === here.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
  let waiting = false;
  addEventListener(
    "scroll",
    () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        markPlace();
      });
    },
    { passive: true },
  );
  markPlace();
})();
