/**
 * What becomes of one request: who is not asked, and who judges the rest.
 *
 * @module
 */
import { withoutEmpty } from "../../core/api/fields/left_out.ts";
import { GROUP } from "../../core/api/names.ts";
import { sameJson } from "../../core/api/same_json.ts";
import type { IPPool, KubeObject, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import type { AdmissionRequest } from "../http/admission_review.ts";
import { allow, type Decision, type JudgeOptions } from "./decision.ts";
import { defaultIPPool } from "./default_ippool.ts";
import { deleteIPPool, writeIPPool } from "./validate_ippool.ts";
import { writeVmNetCfg } from "./validate_vmnetcfg.ts";

/** A request that this webhook was never meant to see: its configuration is wrong. */
export class UnknownKindError extends Error {
  override readonly name = "UnknownKindError";
}

/** The kinds that are judged. */
type Kind = "IPPool" | "VirtualMachineNetworkConfig";

/**
 * Takes away what an object leaves out by null or an empty text, and fills in what a pool leaves out. Throws
 * {@linkcode UnknownKindError}, and what the cluster view throws.
 */
export async function mutate(request: AdmissionRequest, options: JudgeOptions): Promise<Decision> {
  const kind = kindOf(request);
  const { object, oldObject } = request;
  if (object === undefined || isNotJudged(request, options)) return allow();
  if (kind === "IPPool") {
    const pool = inNamespace(object, request) as IPPool;
    return allow({ patch: await defaultIPPool(pool, oldObject as IPPool | undefined, options) });
  }
  const spec = withoutEmpty(specOf(object));
  const isSame = spec === specOf(object);
  return allow({ patch: isSame ? [] : [{ op: "add", path: "/spec", value: spec }] });
}

/** Says whether a request may go on. Throws {@linkcode UnknownKindError}, and what the cluster view throws. */
export async function validate(
  request: AdmissionRequest,
  options: JudgeOptions,
): Promise<Decision> {
  const kind = kindOf(request);
  if (isNotJudged(request, options)) return allow();
  const [object, oldObject] = [request.object, request.oldObject].map((found) =>
    found && inNamespace(found, request)
  );
  switch (request.operation) {
    case "CREATE":
    case "UPDATE":
      if (object === undefined) throw new TypeError(`Cannot judge ${request.operation}: no object`);
      return kind === "IPPool"
        ? await writeIPPool(object as IPPool, oldObject as IPPool | undefined, options)
        : await writeVmNetCfg(
          object as VirtualMachineNetworkConfig,
          oldObject as VirtualMachineNetworkConfig | undefined,
          options,
        );
    case "DELETE":
      if (kind !== "IPPool") return allow();
      if (oldObject === undefined) throw new TypeError("Cannot judge DELETE: no oldObject");
      return await deleteIPPool(oldObject as IPPool, options);
    case "CONNECT":
      return allow();
    default:
      return unreachable(request.operation);
  }
}

function unreachable(operation: never): never {
  throw new TypeError(`Cannot judge an operation: ${String(operation)}`);
}

function kindOf({ kind }: AdmissionRequest): Kind {
  if (
    kind.group === GROUP && (kind.kind === "IPPool" || kind.kind === "VirtualMachineNetworkConfig")
  ) {
    return kind.kind;
  }
  throw new UnknownKindError(
    `Cannot judge a ${kind.kind} of group ${
      JSON.stringify(kind.group)
    }: only IPPool and VirtualMachineNetworkConfig of ${GROUP}`,
  );
}

/** Requests that nobody is to stop: of trusted users, of objects that go, and those that leave the spec alone. */
function isNotJudged(request: AdmissionRequest, { trusted }: JudgeOptions): boolean {
  const { object, oldObject, operation } = request;
  return trusted.has(request.username) ||
    request.subResource !== "" ||
    (oldObject ?? object)?.metadata.deletionTimestamp !== undefined ||
    (operation === "UPDATE" && sameJson(specOf(object), specOf(oldObject)));
}

function specOf(object: KubeObject | undefined): unknown {
  return (object as { readonly spec?: unknown } | undefined)?.spec;
}

/** The object with its namespace, which a new one may leave to the request. */
function inNamespace(object: KubeObject, { namespace }: AdmissionRequest): KubeObject {
  if (namespace === undefined || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
