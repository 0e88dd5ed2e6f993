/* The pages' script: language, charts, and the overview's filters and sorting. It reads only what stands in the page. */
"use strict";
(() => {
  const root = document.documentElement;
  const FONT = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
  const PRINT_WIDTH = 690; // pixels between the margins of an A4 page
  const charts = JSON.parse(document.getElementById("charts").textContent);
  let language = root.classList.contains("zh") ? "zh" : "en";

  // ---- Language: from the address, else from the last visit, else as the page was made.

  const remembered = () => {
    try {
      return localStorage.getItem("zcp-language");
    } catch {
      return null; // storage is shut off; the address still carries the language
    }
  };
  const remember = () => {
    try {
      localStorage.setItem("zcp-language", language);
    } catch {
      return;
    }
  };
  const fromAddress = () => (location.hash.match(/(?:^#|&)lang=(zh|en)(?:&|$)/) || [])[1];

  const inLanguage = (value) => {
    if (Array.isArray(value)) return value.map(inLanguage);
    if (value === null || typeof value !== "object") return value;
    if ("zh" in value && "en" in value) return value[language];
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inLanguage(inner)]));
  };

  function show(chosen) {
    language = chosen;
    root.classList.remove("zh", "en");
    root.classList.add(language);
    root.lang = language === "zh" ? "zh-CN" : "en";
    for (const name of ["aria-label", "placeholder", "title"]) {
      for (const element of document.querySelectorAll(`[data-${name}-zh]`)) {
        element.setAttribute(name, element.getAttribute(`data-${name}-${language}`));
      }
    }
    for (const element of document.querySelectorAll("title, option[data-zh]")) {
      element.textContent = element.getAttribute(`data-${language}`);
    }
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    for (const link of document.querySelectorAll("a[data-keeps-language]")) {
      link.href = `${link.getAttribute("href").split("#")[0]}#lang=${language}`;
    }
    if (table) filter();
  }

  // ---- Charts

  const options = { displayModeBar: false, responsive: true, doubleClick: false, showTips: false };

  function draw() {
    if (typeof Plotly === "undefined") return; // the library's file is missing: the tables below the charts remain
    for (const element of document.querySelectorAll("[data-chart]")) {
      const chart = inLanguage(charts[element.dataset.chart]);
      chart.layout.font = { family: FONT, size: 13, color: "#1c2733" };
      chart.layout.separators = ".,";
      Plotly.react(element, chart.data, fitted(chart, element.clientWidth), options);
      if (!element.dataset.drawn) {
        element.dataset.drawn = "yes";
        element.on("plotly_click", (event) => {
          const target = event.points[0].customdata;
          if (Array.isArray(target) && /^parks\/[\w.-]+\.html$/.test(target[0])) {
            location.href = `${target[0]}#lang=${language}`;
          }
        });
      }
    }
  }

  /** The chart's layout; on a narrow page with what it says for that, and with long labels broken. */
  function fitted({ layout, narrow }, width) {
    if (width >= 560) return layout;
    for (const [path, value] of Object.entries(narrow)) {
      const keys = path.split(".");
      const last = keys.pop();
      keys.reduce((inner, key) => inner[key], layout)[last] = value;
    }
    const labels = layout.yaxis && layout.yaxis.ticktext;
    if (labels) layout.yaxis.ticktext = labels.map(broken);
    return layout;
  }

  function broken(label) {
    const most = language === "zh" ? 8 : 15;
    const lines = [""];
    for (const piece of language === "zh" ? label.match(/[\w.]+|./gu) : label.split(/(?<= )/)) {
      if ((lines.at(-1) + piece).trim().length > most && lines.at(-1)) lines.push("");
      lines[lines.length - 1] += piece;
    }
    return lines.map((line) => line.trim()).join("<br>");
  }

  const resized = (width) => {
    if (typeof Plotly === "undefined") return;
    for (const element of document.querySelectorAll("[data-drawn]")) {
      Plotly.relayout(element, width ? { width, autosize: false } : { width: null, autosize: true });
    }
  };
  addEventListener("beforeprint", () => resized(PRINT_WIDTH));
  addEventListener("afterprint", () => resized(null));

  // ---- League table of the overview

  const table = document.getElementById("parks");
  const controls = ["search", "province", "verdict", "size"].map((id) => document.getElementById(id));

  function filter() {
    const [search, province, verdict, size] = controls.map((control) => control.value);
    const wanted = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const row of table.tBodies[0].rows) {
      const { province: where, verdict: judged, size: large, text } = row.dataset;
      const fits =
        (!province || where === province) &&
        (!verdict || judged === verdict) &&
        (!size || large === size) &&
        wanted.every((word) => text.includes(word));
      row.hidden = !fits;
      found += fits;
    }
    const output = document.getElementById("found");
    output.textContent = output.dataset[language].replace("{shown}", found).replace("{count}", output.dataset.count);
    document.getElementById("no-match").hidden = found > 0;
    for (const tile of document.querySelectorAll("[data-filter-province], [data-filter-verdict]")) {
      const { filterProvince, filterVerdict } = tile.dataset;
      tile.setAttribute("aria-pressed", String(filterProvince ? filterProvince === province : filterVerdict === verdict));
    }
  }

  const keyOf = (cell) => cell.dataset.key ?? cell.getAttribute(`data-key-${language}`) ?? "";

  /** Sorts by a column; what has no value stays last in both directions. */
  function sort(column, descending) {
    const rows = [...table.tBodies[0].rows].map((row) => [keyOf(row.cells[column]), row]);
    const numeric = rows.every(([key]) => key === "" || !Number.isNaN(Number(key)));
    const compare = numeric
      ? (a, b) => Number(a) - Number(b)
      : new Intl.Collator(language === "zh" ? "zh-CN" : "en").compare;
    rows.sort(([a], [b]) => (a === "" || b === "" ? (a === "") - (b === "") : compare(a, b) * (descending ? -1 : 1)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
    [...table.tHead.rows[0].cells].forEach((cell, index) => {
      if (index === column) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
  }

  function choose(control, value) {
    control.value = control.value === value ? "" : value;
    filter();
    document.getElementById("league").scrollIntoView({ block: "start" });
  }

  if (table) {
    const [, province, verdict] = controls;
    for (const control of controls) control.addEventListener("input", filter);
    document.getElementById("reset").addEventListener("click", () => {
      for (const control of controls) control.value = "";
      filter();
    });
    for (const button of table.querySelectorAll("[data-sort]")) {
      button.addEventListener("click", () => {
        sort(Number(button.dataset.sort), button.closest("th").getAttribute("aria-sort") === "ascending");
      });
    }
    for (const tile of document.querySelectorAll("[data-filter-province]")) {
      tile.addEventListener("click", () => choose(province, tile.dataset.filterProvince));
    }
    for (const tile of document.querySelectorAll("[data-filter-verdict]")) {
      tile.addEventListener("click", () => choose(verdict, tile.dataset.filterVerdict));
    }
  }

  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      show(button.dataset.language);
      draw();
      remember();
      history.replaceState(null, "", `#lang=${language}`);
    });
  }
  addEventListener("hashchange", () => {
    const chosen = fromAddress();
    if (chosen && chosen !== language) {
      show(chosen);
      draw();
    }
  });

  show(fromAddress() || (["zh", "en"].includes(remembered()) ? remembered() : language));
  if (fromAddress()) remember();
  draw();
  root.dataset.ready = "yes";
})();
