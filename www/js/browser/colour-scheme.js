// Before the first paint, so that nobody is blinded by the other colour scheme.
try {
  document.documentElement.dataset["scheme"] = localStorage.getItem("uniroute-scheme") ?? "auto";
} catch {
  document.documentElement.dataset["scheme"] = "auto";
}
