import { deepStrictEqual } from "node:assert/strict";
import { AuditLog, readAudit } from "./audit.ts";

/** A line of the log. */
function line(id: string, verb: string, stage = "ResponseComplete"): string {
  const user = { username: "somebody" };
  return `${JSON.stringify({ auditID: id, stage, verb, user, requestURI: `/${id}` })}\n`;
}

Deno.test("an audit log that grows tells each request once, also one whose line was written in parts", async () => {
  const folder = await Deno.makeTempDir();
  const write = (text: string) => Deno.writeTextFile(`${folder}/audit.log`, text, { append: true });
  const log = new AuditLog(folder);
  const next = async () => (await log.next()).map(({ verb, uri }) => `${verb} ${uri}`);
  try {
    const third = line("\u00e4", "get");
    await write(line("1", "list") + line("2", "watch", "ResponseStarted") + third.slice(0, 20));
    deepStrictEqual(await next(), ["list /1", "watch /2"]);
    await write(third.slice(20));
    deepStrictEqual(await next(), ["get /\u00e4"]);
    await write(line("2", "watch") + line("4", "list"));
    deepStrictEqual(await next(), ["list /4"]);
    deepStrictEqual(await next(), []);
    deepStrictEqual((await readAudit(folder)).length, 4);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
