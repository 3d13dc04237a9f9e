export * from "./core/api/types.ts";
