/**
 * The kinds of Kubernetes' own that one host needs: Namespace, Event and Lease.
 *
 * @module
 */
import { z } from "zod";
import { type JsonObject, metadataOf, objectAt, textAt } from "../json.ts";
import { age } from "../read/duration.ts";
import { AGE, type Column, type Kind, kindOf } from "./kind.ts";
import { schemaOf } from "./schema.ts";

const text = (description: string) => z.string().meta({ description });
const time = (description: string) => z.iso.datetime({ offset: true }).meta({ description });
const whole = (description: string) => z.int().meta({ description });

function objectOf(fields: z.ZodRawShape, description: string): z.ZodType {
  return z.object(fields).partial().meta({ description });
}

const NAMESPACE = objectOf({
  spec: objectOf(
    {
      finalizers: z.array(z.string()).meta({
        description: "What must be done before the namespace is removed.",
      }),
    },
    "The desired state.",
  ),
  status: objectOf(
    { phase: text("Active, or Terminating while the namespace is being emptied.") },
    "The observed state.",
  ),
}, "A scope for the names of objects.");

const LEASE = objectOf({
  spec: objectOf({
    holderIdentity: text("Who holds the Lease."),
    leaseDurationSeconds: whole("How long the Lease is valid without a renewal, in seconds."),
    acquireTime: time("When the current holder took the Lease."),
    renewTime: time("When the holder last renewed the Lease."),
    leaseTransitions: whole("How often the holder has changed."),
    preferredHolder: text("Who should hold the Lease next."),
    strategy: text("How the next holder is chosen."),
  }, "Who holds the Lease, since when and for how long."),
}, "A lock that its holder must renew.");

const REFERENCE = {
  apiVersion: text("API version of the object."),
  kind: text("Kind of the object."),
  namespace: text("Namespace of the object."),
  name: text("Name of the object."),
  uid: text("UID of the object."),
  resourceVersion: text("resourceVersion of the object at that time."),
  fieldPath: text("The part of the object that is meant."),
};

const EVENT = objectOf({
  involvedObject: objectOf(REFERENCE, "The object that the Event is about."),
  related: objectOf(REFERENCE, "Another object that is involved."),
  type: text("Normal or Warning."),
  reason: text("What happened, as one word for programs."),
  message: text("What happened, in words."),
  action: text("What was done."),
  source: objectOf(
    { component: text("Name of the program."), host: text("Name of the machine it runs on.") },
    "Who reported the Event.",
  ),
  reportingComponent: text("The program that reported the Event."),
  reportingInstance: text("Which instance of the program reported the Event."),
  count: whole("How often it has happened."),
  firstTimestamp: time("When it first happened."),
  lastTimestamp: time("When it last happened."),
  eventTime: time("When it happened."),
  series: objectOf({
    count: whole("How often it has happened."),
    lastObservedTime: time("When it last happened."),
  }, "The series of Events that this one stands for."),
}, "Something that happened to an object.");

/** A time of an Event, or the one that newer Events have instead. */
function timeOf(event: JsonObject, key: string): string {
  return textAt(event, key) || textAt(event, "eventTime");
}

const EVENT_COLUMNS: readonly Column[] = [
  {
    name: "Last Seen",
    type: "string",
    cell: (event, now) => age(timeOf(event, "lastTimestamp"), now),
  },
  { name: "Type", type: "string", jsonPath: ".type" },
  { name: "Reason", type: "string", jsonPath: ".reason" },
  {
    name: "Object",
    type: "string",
    cell: (event) => {
      const about = objectAt(event, "involvedObject");
      return [textAt(about, "kind").toLowerCase(), textAt(about, "name")].filter(Boolean).join("/");
    },
  },
  { name: "Subobject", type: "string", priority: 1, jsonPath: ".involvedObject.fieldPath" },
  {
    name: "Source",
    type: "string",
    priority: 1,
    cell: (event) => {
      const source = objectAt(event, "source");
      const who = textAt(source, "component") || textAt(event, "reportingComponent");
      return [who, textAt(source, "host")].filter(Boolean).join(", ");
    },
  },
  { name: "Message", type: "string", cell: (event) => textAt(event, "message").trim() },
  {
    name: "First Seen",
    type: "string",
    priority: 1,
    cell: (event, now) => age(timeOf(event, "firstTimestamp"), now),
  },
  { name: "Count", type: "string", priority: 1, cell: ({ count }) => Number(count ?? 0) || 1 },
  { name: "Name", type: "string", format: "name", priority: 1, jsonPath: ".metadata.name" },
];

/** Namespace, Event and Lease. */
export const BUILTIN_KINDS: readonly Kind[] = [
  kindOf({
    apiVersion: "v1",
    kind: "Namespace",
    clusterScoped: true,
    shortNames: ["ns"],
    statusSubresource: true,
    selectableFields: ["status.phase"],
    columns: [{ name: "Status", type: "string", jsonPath: ".status.phase" }, AGE],
    custom: false,
    schema: schemaOf(NAMESPACE),
    check: NAMESPACE,
  }),
  kindOf({
    apiVersion: "v1",
    kind: "Event",
    shortNames: ["ev"],
    selectableFields: [
      ...Object.keys(REFERENCE).map((key) => `involvedObject.${key}`),
      "reason",
      "reportingComponent",
      "type",
    ],
    columns: EVENT_COLUMNS,
    custom: false,
    upsert: true,
    schema: schemaOf(EVENT),
    check: EVENT,
  }),
  kindOf({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    columns: [{ name: "Holder", type: "string", jsonPath: ".spec.holderIdentity" }, AGE],
    custom: false,
    guarded: true,
    upsert: true,
    schema: schemaOf(LEASE),
    check: LEASE,
  }),
];

/** Brings a new object of one of these kinds, or a new version of `live`, into the form in which Kubernetes keeps it. */
export function complete(object: JsonObject, { name, custom }: Kind, live?: JsonObject): void {
  if (custom) return;
  const metadata = metadataOf(object);
  for (const key of ["labels", "annotations", "finalizers", "ownerReferences"]) {
    if (Object.keys(metadata[key] ?? {}).length === 0) delete metadata[key];
  }
  if (name === "Event") {
    object.eventTime ??= null;
    object.reportingComponent ??= "";
    object.reportingInstance ??= "";
  } else if (name === "Namespace" && live === undefined) {
    const labels = {
      ...objectAt(metadata, "labels"),
      "kubernetes.io/metadata.name": metadata.name ?? "",
    };
    Object.assign(metadata, { labels });
    Object.assign(object, { spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } });
  } else if (name === "Namespace") object.spec = objectAt(live, "spec");
}
