// Before the first paint: the chosen theme, or none, which follows the system.
(() => {
  const chosen = /(?:^|; )leadline_theme=(light|dark)/.exec(document.cookie);
  if (chosen) document.documentElement.dataset.theme = chosen[1];
})();
