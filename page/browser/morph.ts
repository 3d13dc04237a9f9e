/**
 * Makes a part of the page what newer markup says and leaves alone what is the same, so that focus, scrolling and what is typed stay.
 *
 * @module
 */

/** Makes the children of `now` those of `next`. */
export function morphChildren(now: Element, next: Element): void {
  const wanted = [...next.childNodes];
  const there = [...now.childNodes];
  for (const [index, node] of wanted.entries()) {
    const old = there[index];
    if (old === undefined) now.append(node);
    else if (isSameKind(old, node)) morph(old, node);
    else old.replaceWith(node);
  }
  for (const old of there.slice(wanted.length)) old.remove();
}

function isSameKind(one: Node, other: Node): boolean {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName;
}

function morph(now: Node, next: Node): void {
  if (!(now instanceof Element) || !(next instanceof Element)) {
    if (now.nodeValue !== next.nodeValue) now.nodeValue = next.nodeValue;
    return;
  }
  // Somebody may be typing.
  if (now === document.activeElement && now instanceof HTMLInputElement) return;
  if (now.isEqualNode(next)) return;
  for (const { name } of [...now.attributes]) {
    if (!next.hasAttribute(name)) now.removeAttribute(name);
  }
  for (const { name, value } of [...next.attributes]) {
    if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  }
  morphChildren(now, next);
}
