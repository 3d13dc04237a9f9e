/**
 * The columns of Kubernetes' own kinds in `kubectl get`.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { age } from "./duration.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt, textsAt } from "./json.ts";
import type { Column } from "./resource_type.ts";

type Cell = NonNullable<Column["cell"]>;

const NONE = "<none>";

function text(name: string, cell: Cell, options: { readonly wide?: boolean } = {}): Column {
  return { name, type: "string", cell, priority: options.wide === true ? 1 : 0 };
}

function whole(name: string, cell: Cell): Column {
  return { name, type: "integer", cell };
}

const AGE = text("Age", (o, now) => age(textAt(objectAt(o, "metadata"), "creationTimestamp"), now));

const spec = (object: JsonObject) => objectAt(object, "spec");
const status = (object: JsonObject) => objectAt(object, "status");
const orNone = (value: string) => value === "" ? NONE : value;

function count(parent: JsonObject, key: string): number {
  const value = parent[key];
  return typeof value === "number" ? value : 0;
}

function size(value: JsonValue | undefined): number {
  return isObject(value) ? Object.keys(value).length : 0;
}

function joined(list: readonly JsonValue[], key: string): string {
  return list.filter(isObject).map((one) => textAt(one, key)).join(",");
}

/** A selector as text: `a=b,c=d`. */
function selectorText(selector: JsonObject): string {
  const labels = Object.entries(textsAt({ selector }, "selector"));
  return labels.map(([key, value]) => `${key}=${value}`).join(",");
}

const POD: readonly Column[] = [
  text("Ready", (o) => {
    const statuses = listAt(status(o), "containerStatuses").filter(isObject);
    const ready = statuses.filter((one) => one.ready === true).length;
    return `${ready}/${listAt(spec(o), "containers").length}`;
  }),
  text("Status", (o) => {
    if (objectAt(o, "metadata").deletionTimestamp !== undefined) return "Terminating";
    return textAt(status(o), "reason") || textAt(status(o), "phase");
  }),
  text("Restarts", (o) => {
    const statuses = listAt(status(o), "containerStatuses").filter(isObject);
    return String(statuses.reduce((sum, one) => sum + count(one, "restartCount"), 0));
  }),
  AGE,
  text("IP", (o) => orNone(textAt(status(o), "podIP")), { wide: true }),
  text("Node", (o) => orNone(textAt(spec(o), "nodeName")), { wide: true }),
  text("Nominated Node", (o) => orNone(textAt(status(o), "nominatedNodeName")), { wide: true }),
  text("Readiness Gates", () => NONE, { wide: true }),
];

const NODE: readonly Column[] = [
  text("Status", (o) => {
    const ready = listAt(status(o), "conditions").filter(isObject).find((one) =>
      one.type === "Ready"
    );
    const state = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
    return spec(o).unschedulable === true ? `${state},SchedulingDisabled` : state;
  }),
  text("Roles", (o) => {
    const prefix = "node-role.kubernetes.io/";
    const labels = Object.keys(textsAt(objectAt(o, "metadata"), "labels"));
    const roles = labels.filter((key) => key.startsWith(prefix)).map((key) =>
      key.slice(prefix.length)
    );
    return orNone(roles.sort().join(","));
  }),
  AGE,
  text("Version", (o) => textAt(objectAt(status(o), "nodeInfo"), "kubeletVersion")),
];

const SERVICE: readonly Column[] = [
  text("Type", (o) => textAt(spec(o), "type")),
  text("Cluster-IP", (o) => orNone(textAt(spec(o), "clusterIP"))),
  text("External-IP", (o) => orNone(listAt(spec(o), "externalIPs").map(String).join(","))),
  text("Port(s)", (o) => {
    const ports = listAt(spec(o), "ports").filter(isObject);
    const one = (port: JsonObject) => `${count(port, "port")}/${textAt(port, "protocol") || "TCP"}`;
    return orNone(ports.map(one).join(","));
  }),
  AGE,
  text("Selector", (o) => orNone(selectorText(objectAt(spec(o), "selector"))), { wide: true }),
];

const DEPLOYMENT: readonly Column[] = [
  text("Ready", (o) => `${count(status(o), "readyReplicas")}/${count(spec(o), "replicas")}`),
  text("Up-to-date", (o) => count(status(o), "updatedReplicas")),
  text("Available", (o) => count(status(o), "availableReplicas")),
  AGE,
  text("Containers", (o) => joined(containersOf(o), "name"), { wide: true }),
  text("Images", (o) => joined(containersOf(o), "image"), { wide: true }),
  text("Selector", (o) => selectorText(objectAt(objectAt(spec(o), "selector"), "matchLabels")), {
    wide: true,
  }),
];

function containersOf(deployment: JsonObject): JsonValue[] {
  return listAt(objectAt(objectAt(spec(deployment), "template"), "spec"), "containers");
}

const EVENT: readonly Column[] = [
  text("Last Seen", (o, now) => age(textAt(o, "lastTimestamp") || textAt(o, "eventTime"), now)),
  text("Type", (o) => textAt(o, "type")),
  text("Reason", (o) => textAt(o, "reason")),
  text("Object", (o) => {
    const { kind = "", name = "" } = textsAt(o, "involvedObject");
    return name === "" ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
  }),
  text("Subobject", (o) => textAt(objectAt(o, "involvedObject"), "fieldPath"), { wide: true }),
  text("Source", (o) => {
    const { component = "", host = "" } = textsAt(o, "source");
    const reporter = component === "" ? textAt(o, "reportingComponent") : component;
    return host === "" ? reporter : `${reporter}, ${host}`;
  }, { wide: true }),
  text("Message", (o) => textAt(o, "message").trim()),
  text("First Seen", (o, now) => age(textAt(o, "firstTimestamp") || textAt(o, "eventTime"), now), {
    wide: true,
  }),
  text("Count", (o) => count(o, "count") || 1, { wide: true }),
  {
    ...text("Name", (o) => textAt(objectAt(o, "metadata"), "name"), { wide: true }),
    format: "name",
  },
];

const BINDING: readonly Column[] = [
  text(
    "Role",
    (o) => `${textAt(objectAt(o, "roleRef"), "kind")}/${textAt(objectAt(o, "roleRef"), "name")}`,
  ),
  AGE,
];

const CREATED: readonly Column[] = [
  {
    name: "Created At",
    type: "date",
    cell: (o) => textAt(objectAt(o, "metadata"), "creationTimestamp"),
  },
];

const WEBHOOKS: readonly Column[] = [whole("Webhooks", (o) => listAt(o, "webhooks").length), AGE];

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [text("Status", (o) => textAt(status(o), "phase")), AGE],
  Node: NODE,
  Pod: POD,
  ConfigMap: [text("Data", (o) => size(o.data) + size(o.binaryData)), AGE],
  Secret: [text("Type", (o) => textAt(o, "type")), text("Data", (o) => size(o.data)), AGE],
  Service: SERVICE,
  Event: EVENT,
  Deployment: DEPLOYMENT,
  Lease: [text("Holder", (o) => textAt(spec(o), "holderIdentity")), AGE],
  PodDisruptionBudget: [
    text("Min Available", (o) => String(spec(o).minAvailable ?? "N/A")),
    text("Max Unavailable", (o) => String(spec(o).maxUnavailable ?? "N/A")),
    whole("Allowed Disruptions", (o) => count(status(o), "disruptionsAllowed")),
    AGE,
  ],
  Role: CREATED,
  ClusterRole: CREATED,
  RoleBinding: BINDING,
  ClusterRoleBinding: BINDING,
  MutatingWebhookConfiguration: WEBHOOKS,
  ValidatingWebhookConfiguration: WEBHOOKS,
  CustomResourceDefinition: CREATED,
};

/** The columns of a kind, without the first one (the name). */
export function builtinColumns(kind: string): readonly Column[] {
  return COLUMNS[kind] ?? [AGE];
}
