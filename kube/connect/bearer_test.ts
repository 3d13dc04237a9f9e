import assert from "node:assert/strict";
import { bearer } from "./bearer.ts";

Deno.test("bearer makes a header of a token", () => {
  assert.equal(bearer("a.b-c_d~+/=", "x"), "Bearer a.b-c_d~+/=");
});

for (const token of ["", "a\nb", "a b", "t\u00f6ken", "\u202e"]) {
  Deno.test(`T17: bearer refuses ${JSON.stringify(token)} without saying it: fetch would quote it`, () => {
    assert.throws(() => bearer(token, "/token"), (error: unknown) => {
      assert.ok(error instanceof TypeError);
      assert.match(error.message, /^Cannot use the token of \/token: it (is empty|has characters)/);
      return token === "" || !error.message.includes(token);
    });
  });
}
