/**
 * Keeps IPPools and NetBox in step, once: run it every few minutes. `docs/netbox.md` says what it does.
 *
 * Run it: `deno run --allow-net --allow-run=kubectl --allow-env=NETBOX_URL,NETBOX_TOKEN examples/netbox/sync.ts default/net-48`
 *
 * @module
 */
// deno-lint-ignore-file no-console -- an example prints
import type { IPPool, VirtualMachineNetworkConfig } from "@vm-dhcp/vm-dhcp";
import { NetBox } from "./netbox.ts";
import { EXCLUDES_ANNOTATION, type NetBoxPlan, planNetBox } from "./plan.ts";

const isDry = Deno.args.includes("--dry-run");
const pools = Deno.args.filter((arg) => arg !== "--dry-run");
const url = Deno.env.get("NETBOX_URL");
const token = Deno.env.get("NETBOX_TOKEN");
if (url === undefined || token === undefined || pools.length === 0) {
  console.error("Usage: NETBOX_URL=... NETBOX_TOKEN=... sync.ts [--dry-run] NAMESPACE/POOL...");
  Deno.exit(2);
}
const netbox = new NetBox(url, token);
const { items: configs } = JSON.parse(
  await kubectl(["get", "vmnetcfgs", "--all-namespaces", "--output=json"]),
) as { readonly items: readonly VirtualMachineNetworkConfig[] };
let problems = 0;
for (const key of pools) {
  const [namespace = "", name = ""] = key.split("/");
  const pool: IPPool = JSON.parse(
    await kubectl(["get", "ippl", name, `--namespace=${namespace}`, "--output=json"]),
  );
  const { cidr } = pool.spec.ipv4Config;
  const [addresses, ranges] = await Promise.all([netbox.addresses(cidr), netbox.ranges(cidr)]);
  const plan = planNetBox({ pool, configs, addresses, ranges });
  tell(key, plan);
  problems += plan.problems.length;
  if (!isDry) await apply(plan, { namespace, name });
}
Deno.exit(problems === 0 ? 0 : 1);

function tell(key: string, plan: NetBoxPlan): void {
  const { exclude, reserve, unreserve, create, change, remove } = plan;
  console.log(
    `${key}: ${
      exclude === undefined ? "excludes as before" : `${exclude.ours.length} excluded`
    }, ` +
      `${reserve.length} reserved, ${unreserve.length} no longer; ` +
      `NetBox: ${create.length} new, ${change.length} changed, ${remove.length} removed`,
  );
  for (const problem of plan.problems) console.error(`${key}: ${problem}`);
}

/** The cluster first: what NetBox keeps must not be given away. */
async function apply(
  plan: NetBoxPlan,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<void> {
  const { exclude } = plan;
  if (exclude !== undefined) {
    const patch = {
      metadata: { annotations: { [EXCLUDES_ANNOTATION]: exclude.ours.join() } },
      spec: { ipv4Config: { pool: { exclude: exclude.all } } },
    };
    const where = [`--namespace=${namespace}`, "--type=merge"];
    await kubectl(["patch", "ippl", name, ...where, `--patch=${JSON.stringify(patch)}`]);
  }
  if (plan.reserve.length > 0) {
    const objects = plan.reserve.map((one) => JSON.stringify(one)).join("\n");
    await kubectl(["apply", "--filename=-"], objects);
  }
  for (const one of plan.unreserve) {
    await kubectl(["delete", "vmnetcfg", one, `--namespace=${namespace}`, "--wait=false"]);
  }
  await netbox.remove(plan.remove);
  await netbox.change(plan.change);
  await netbox.create(plan.create);
}

async function kubectl(args: readonly string[], input = ""): Promise<string> {
  const process = new Deno.Command("kubectl", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`kubectl ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}
