/**
 * What Argo CD thinks of our objects, by the Lua of `examples/gitops/argocd-cm.yaml`, run as Argo CD runs it: the object is the
 * global `obj`, and a table with `status` and `message` comes back.
 *
 * Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/health/
 *
 * @module
 */
import fengari from "fengari";
import { parse } from "yaml";
import type { KubeObject } from "../../core/api/mod.ts";

const { lauxlib, lua, lualib, to_luastring: text, to_jsstring: fromText } = fengari;
const FILE = new URL("../../examples/gitops/argocd-cm.yaml", import.meta.url);
/** What Argo CD knows. */
const WORDS = ["Healthy", "Progressing", "Degraded", "Suspended", "Missing", "Unknown"];

/** Judges an object by the script for its kind. */
export function argoHealth(
  object: KubeObject,
): { readonly status: string; readonly message: string } {
  const { data } = parse(Deno.readTextFileSync(FILE)) as { data: Record<string, string> };
  const [group] = object.apiVersion.split("/");
  const script = data[`resource.customizations.health.${group}_${object.kind}`];
  if (script === undefined) throw new Error(`Cannot judge a kind: ${object.kind}`);
  const state = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(state);
  push(state, object);
  lua.lua_setglobal(state, text("obj"));
  if (lauxlib.luaL_dostring(state, text(script)) !== lua.LUA_OK) {
    throw new Error(`Cannot run the script: ${fromText(lua.lua_tostring(state, -1))}`);
  }
  const field = (name: string) => {
    lua.lua_getfield(state, -1, text(name));
    const value = fromText(lua.lua_tostring(state, -1));
    lua.lua_pop(state, 1);
    return value;
  };
  const health = { status: field("status"), message: field("message") };
  if (!WORDS.includes(health.status)) throw new Error(`Argo CD has no word ${health.status}`);
  return health;
}

/** Puts a value of JSON onto Lua's stack. */
function push(state: unknown, value: unknown): void {
  if (value === null || value === undefined) return lua.lua_pushnil(state);
  if (typeof value === "boolean") return lua.lua_pushboolean(state, value);
  if (typeof value === "number") return lua.lua_pushnumber(state, value);
  if (typeof value === "string") return void lua.lua_pushstring(state, text(value));
  lua.lua_newtable(state);
  const isList = Array.isArray(value);
  for (const [key, member] of Object.entries(value)) {
    push(state, member);
    if (isList) lua.lua_rawseti(state, -2, Number(key) + 1);
    else lua.lua_setfield(state, -2, text(key));
  }
}
