// Local times that tick by themselves, a sparkline, the theme switch and the keys. Text only, never markup.
(() => {
  const pad = (n) => String(n).padStart(2, "0");
  const clock = (d) => `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
  const sameDay = (a, b) => a.toDateString() === b.toDateString();
  const day = (d) => d.toLocaleDateString("en-GB", { day: "numeric", month: "short" });

  function lasting(seconds) {
    const s = Math.max(0, Math.round(seconds));
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min${s < 600 && s % 60 ? ` ${s % 60} s` : ""}`;
    if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
    return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
  }
  const ago = (seconds) => {
    const s = Math.max(0, Math.round(seconds));
    if (s < 5) return "now";
    if (s < 60) return `${s} s ago`;
    if (s < 3600) return `${Math.floor(s / 60)} min ago`;
    return s < 86400 ? `${Math.floor(s / 3600)} h ago` : `${Math.floor(s / 86400)} d ago`;
  };

  class LocalTime extends HTMLElement {
    static observedAttributes = ["at", "mode"];
    static shown = new Set();
    connectedCallback() { LocalTime.shown.add(this); this.draw(); }
    disconnectedCallback() { LocalTime.shown.delete(this); }
    attributeChangedCallback() { this.draw(); }
    draw() {
      const at = Number(this.getAttribute("at"));
      if (!at) return;
      const date = new Date(at * 1000), age = Date.now() / 1000 - at;
      const text = {
        clock: () => clock(date),
        stamp: () => (sameDay(date, new Date()) ? clock(date) : `${day(date)} ${clock(date)}`),
        ago: () => ago(age),
        lasting: () => lasting(age),
        both: () => `${sameDay(date, new Date()) ? "" : day(date) + " "}${clock(date)} · ${ago(age)}`,
      }[this.getAttribute("mode") || "stamp"]();
      if (this.textContent !== text) this.textContent = text;
      const full = date.toLocaleString("en-GB", { dateStyle: "full", timeStyle: "long" });
      if (this.title !== full) this.title = full;
    }
  }
  setInterval(() => LocalTime.shown.forEach((one) => one.draw()), 1000);

  class Sparkline extends HTMLElement {
    static observedAttributes = ["values"];
    connectedCallback() { this.draw(); }
    attributeChangedCallback() { this.draw(); }
    draw() {
      // values: "requests:failed,..." from old to new
      const points = (this.getAttribute("values") || "").split(",").filter(Boolean)
        .map((pair) => pair.split(":").map(Number));
      const most = Math.max(1, ...points.map(([all]) => all));
      this.replaceChildren(...points.map(([all, failed]) => {
        const bar = document.createElement("i"), bad = document.createElement("b");
        bar.style.height = `${Math.max(all ? 6 : 0, (100 * all) / most)}%`;
        bad.style.height = all ? `${(100 * failed) / all}%` : "0";
        bar.append(bad);
        return bar;
      }));
    }
  }

  // The visitor's name for a form: what was given last in this browser.
  class YourName extends HTMLElement {
    connectedCallback() {
      if (this.firstChild) return;
      const input = document.createElement("input");
      Object.assign(input, { name: "by", required: true, maxLength: 100, autocomplete: "name", placeholder: "who decides" });
      input.value = localStorage.getItem("leadline_name") || "";
      input.addEventListener("change", () => localStorage.setItem("leadline_name", input.value.trim()));
      this.append(input);
    }
  }

  customElements.define("ll-time", LocalTime);
  customElements.define("ll-name", YourName);
  customElements.define("ll-spark", Sparkline);

  const themes = ["auto", "light", "dark"];
  const chosen = () => document.documentElement.dataset.theme || "auto";
  function wear(theme) {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const age = theme === "auto" ? 0 : 31536000;
    document.cookie = `leadline_theme=${theme}; path=/; max-age=${age}; samesite=strict`;
    label();
  }
  function label() {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return false;
    button.dataset.shows = chosen();
    button.title = `Theme: ${chosen()} (t)`;
    button.setAttribute("aria-label", `Theme: ${chosen()}. Press to change.`);
    return true;
  }
  const next = () => wear(themes[(themes.indexOf(chosen()) + 1) % 3]);
  new MutationObserver((_, observer) => label() && observer.disconnect())
    .observe(document, { childList: true, subtree: true });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) next();
    const copies = event.target.closest("[data-copies]");
    if (copies) {
      navigator.clipboard.writeText(document.querySelector(copies.dataset.copies)?.textContent ?? "")
        .then(() => { copies.textContent = "Copied"; }, () => { copies.textContent = "Not allowed here"; });
    }
  });

  const typing = (element) => /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName);
  const rows = () => [...document.querySelectorAll(".ll-table tbody tr[tabindex]")];
  function step(by) {
    const all = rows();
    if (!all.length) return;
    const here = all.findIndex((row) => row === document.activeElement || row.getAttribute("aria-selected") === "true");
    const there = all[Math.min(all.length - 1, Math.max(0, here < 0 ? 0 : here + by))];
    there.focus();
    there.scrollIntoView({ block: "nearest" });
    if (document.querySelector(".ll-detail")?.checkVisibility()) there.click();
  }
  const keys = {
    ArrowDown: () => step(1), ArrowUp: () => step(-1), j: () => step(1), k: () => step(-1),
    Escape: () => document.querySelector("[data-closes]")?.click(),
    "/": () => document.querySelector(".ll-filters select, .ll-filters input")?.focus(),
    t: next,
    1: () => location.assign("/incidents"), 2: () => location.assign("/requests"),
    3: () => location.assign("/triage"), 4: () => location.assign("/destinations"), 5: () => location.assign("/audit"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("button, summary, a") && event.key === "Enter") return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
