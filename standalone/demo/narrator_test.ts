import { strictEqual as equal, throws } from "node:assert/strict";
import { CheckFailed, Narrator } from "./narrator.ts";

Deno.test("Narrator writes colours only where it is told to", () => {
  const told = (colours: boolean) => {
    const lines: string[] = [];
    const tell = new Narrator({ write: (text) => lines.push(text), colours });
    tell.chapter(2, "A chapter");
    tell.did("ls");
    tell.check("So it is", true);
    return lines.join("");
  };
  equal(told(false), "\n 2.  A chapter\n     $ ls\n  \u2713  So it is\n");
  equal(
    told(true),
    "\n\u001b[1m 2.  A chapter\u001b[0m\n     \u001b[36m$ ls\u001b[0m\n  \u001b[32m\u2713\u001b[0m  So it is\n",
  );
});

Deno.test("Narrator's check throws what it found where something is not so", () => {
  const tell = new Narrator({ write: () => undefined, colours: false });
  throws(
    () => tell.check("It has an address", { holds: false, found: "it has none" }),
    new CheckFailed("It has an address: it has none"),
  );
});
