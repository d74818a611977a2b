/**
 * Elements from plain values. Text always arrives as text nodes: nothing here, or anywhere else on
 * the page, parses markup.
 */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Props */

/**
 * An HTML element. A prop that is a function listens to the event of its name, `true` sets an
 * empty attribute, and `false`, `null` and `undefined` leave the attribute out.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/**
 * An SVG element.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function s(tag, props = {}, ...children) {
  return fill(/** @type {SVGElementTagNameMap[K]} */ (document.createElementNS(SVG, tag)), props, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Props} props
 * @param {Child[]} children
 */
function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else attribute(element, name, value);
  }
  element.append(...present(children));
  return element;
}

/**
 * Sets or removes an attribute, by the rules of {@link h}.
 *
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
export function attribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * Replaces the children of an element.
 *
 * @param {Element} element
 * @param {...Child} children
 */
export function replace(element, ...children) {
  element.replaceChildren(...present(children));
}

/**
 * Brings an element's children into an order, touching only those that are out of it.
 *
 * @param {Element} element
 * @param {Element[]} children
 */
export function arrange(element, children) {
  children.forEach((child, i) => {
    if (element.children[i] !== child) element.insertBefore(child, element.children[i] ?? null);
  });
  while (element.children.length > children.length) element.lastElementChild?.remove();
}

/**
 * Puts drawing off until the next frame has been shown, once for however many calls, so that much
 * to draw is no single long task.
 *
 * @param {() => void} draw
 */
export function afterFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() =>
      setTimeout(() => {
        asked = false;
        draw();
      }),
    );
  };
}

/** @param {Child[]} children */
function present(children) {
  return children
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/**
 * The element of the page with this id; the page is broken without it.
 *
 * @template {Element} [E=HTMLElement]
 * @param {string} id
 * @param {new () => E} [type]
 * @returns {E}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (element === null || (type && !(element instanceof type)))
    throw new Error(`The page has no fitting #${id}.`);
  return /** @type {E} */ (/** @type {unknown} */ (element));
}

/**
 * Custom properties that a style sheet turns into places and sizes. Set through the object model,
 * which a policy against inline styles allows.
 *
 * @template {HTMLElement | SVGElement} E
 * @param {E} element
 * @param {Record<string, string | number>} properties
 */
export function style(element, properties) {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, String(value));
  return element;
}
