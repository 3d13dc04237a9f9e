import { deepStrictEqual as deepEqual } from "node:assert/strict";
import { parseLease } from "./lease.ts";

Deno.test("parseLease reads what the event script writes, and leaves out what is empty", () => {
  deepEqual(
    parseLease(
      "event=bound\naddress=10.0.0.5\nnetmask=255.0.0.0\nrouter=\ndns=1.1.1.1 8.8.8.8\nseconds=300\n",
    ),
    {
      event: "bound",
      address: "10.0.0.5",
      netmask: "255.0.0.0",
      dns: "1.1.1.1 8.8.8.8",
      seconds: 300,
    },
  );
  deepEqual(parseLease(""), { event: "" });
});
