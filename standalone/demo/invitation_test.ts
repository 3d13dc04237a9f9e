import { strictEqual as equal } from "node:assert/strict";
import { invitation } from "./invitation.ts";

Deno.test("invitation enters the demo's namespaces, and its user's where it is not root's", () => {
  const commands = (rootless: boolean) =>
    invitation({ hostPid: "42", rootless, manifests: "/m" }).filter((line) =>
      line.startsWith("  $ ")
    );
  for (const command of commands(false)) {
    equal(command.startsWith("  $ nsenter --target 42 --net --mount --pid "), true);
  }
  for (const command of commands(true)) {
    equal(
      command.startsWith(
        "  $ nsenter --target 42 --user --preserve-credentials --net --mount --pid ",
      ),
      true,
    );
  }
});
