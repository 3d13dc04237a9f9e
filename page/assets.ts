/**
 * What pages load: style, scripts and the icon, all from here.
 *
 * @module
 */
import { createHash } from "node:crypto";
import icon from "./assets/icon.svg" with { type: "text" };
import style from "./assets/page.css" with { type: "text" };
import pageScript from "./assets/page.js" with { type: "text" };
import whatIfScript from "./assets/what_if.js" with { type: "text" };

/** One file. */
interface Asset {
  readonly text: string;
  readonly type: string;
  /** Changes with the text. */
  readonly etag: string;
}

/** By name. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  asset("page.css", style, "text/css"),
  asset("page.js", pageScript, "text/javascript"),
  asset("what_if.js", whatIfScript, "text/javascript"),
  asset("icon.svg", icon, "image/svg+xml"),
]);

function asset(name: string, text: string, type: string): [string, Asset] {
  const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
  return [name, { text, type: `${type}; charset=utf-8`, etag }];
}
