import { strictEqual } from "node:assert/strict";
import { errorText } from "./error_text.ts";

Deno.test("errorText is the message alone, without the kind of the error and without its cause", () => {
  strictEqual(
    errorText(new TypeError("Cannot read it", { cause: new Error("why") })),
    "Cannot read it",
  );
});

Deno.test("errorText of something thrown that is no error is its text", () => {
  strictEqual(errorText("just text"), "just text");
  strictEqual(errorText(undefined), "undefined");
});
