// Runs before the first paint, so that the page does not flash in the other colour scheme, and shows at once the
// view that its address names.
{
  const { dataset } = document.documentElement;
  try {
    dataset["scheme"] = localStorage.getItem("uniroute-scheme") ?? "auto";
  } catch {
    dataset["scheme"] = "auto";
  }
  dataset["view"] = /[#&]view=([a-z]+)/.exec(location.hash)?.[1] ?? "route";
}
