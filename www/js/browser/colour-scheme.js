// Runs before the first paint, so that the page does not flash in the other colour scheme.
try {
  document.documentElement.dataset["scheme"] = localStorage.getItem("uniroute-scheme") ?? "auto";
} catch {
  document.documentElement.dataset["scheme"] = "auto";
}
