/**
 * What is kept of foreign objects in memory: only what is read. A VM with its cloud-init data and the annotation of
 * `kubectl apply` can be a hundred times as large.
 *
 * @module
 */
import {
  ALLOWED_NAMESPACES_ANNOTATION,
  DHCP_OPTIONS_ANNOTATION_PREFIX,
  MAC_ADDRESS_ANNOTATION,
  MANAGED_DHCP,
  STATIC_IP_ANNOTATION_PREFIX,
} from "../../core/api/names.ts";
import type {
  KubeObject,
  ObjectMeta,
  VirtualMachine,
  VirtualMachineInstance,
} from "../../core/api/types.ts";
import type { Namespace } from "../../kube/objects/builtin_types.ts";
import { attachmentOf, type KnownNetwork } from "./attachment.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The part of a VirtualMachine that is read, in whatever shape it is. */
export function trimVm(vm: VirtualMachine): VirtualMachine {
  const spec = pick(vm.spec, {
    running: keep,
    runStrategy: keep,
    template: (template) => pick(template, { spec: trimVmiSpec }),
  });
  return trimmed(vm, { spec, status: undefined });
}

/** The part of a VirtualMachineInstance that is read. */
export function trimVmi(vmi: VirtualMachineInstance): VirtualMachineInstance {
  const status = pick(vmi.status, { phase: keep, interfaces: trimStatusInterfaces });
  return trimmed(vmi, { spec: trimVmiSpec(vmi.spec), status });
}

/** A Namespace without what nobody reads. */
export function trimNamespace(namespace: Namespace): Namespace {
  return trimmed(namespace, { spec: undefined, status: undefined });
}

/** A NetworkAttachmentDefinition with what is to be known of its configuration in the configuration's place. */
export function trimNad(nad: KnownNetwork): KnownNetwork {
  return {
    ...nad,
    metadata: trimMetadata(nad.metadata),
    spec: {},
    attachment: attachmentOf(nad),
  };
}

function trimmed<T extends KubeObject>(object: T, parts: Fields): T {
  const { apiVersion, kind, metadata } = object;
  const kept = Object.entries(parts).filter(([, value]) => value !== undefined);
  return { apiVersion, kind, metadata: trimMetadata(metadata), ...Object.fromEntries(kept) } as T;
}

function trimMetadata(metadata: ObjectMeta): ObjectMeta {
  const { managedFields: _, annotations, ...rest } = metadata;
  const read = Object.entries(annotations ?? {}).filter(([key]) =>
    key === MAC_ADDRESS_ANNOTATION || key === MANAGED_DHCP ||
    key === ALLOWED_NAMESPACES_ANNOTATION ||
    key.startsWith(STATIC_IP_ANNOTATION_PREFIX) ||
    key.startsWith(DHCP_OPTIONS_ANNOTATION_PREFIX)
  );
  return read.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(read) };
}

function trimVmiSpec(spec: unknown): unknown {
  return pick(spec, {
    domain: (domain) =>
      pick(domain, {
        devices: (devices) => pick(devices, { interfaces: trimInterfaces }),
      }),
    networks: (networks) => each(networks, { name: keep, multus: keep, pod: keep }),
  });
}

function trimInterfaces(list: unknown): unknown {
  return each(list, { name: keep, macAddress: keep, state: keep });
}

function trimStatusInterfaces(list: unknown): unknown {
  return each(list, { name: keep, mac: keep });
}

type Part = (value: unknown) => unknown;

function keep(value: unknown): unknown {
  return value;
}

/** The named parts of an object; anything that is no object is kept as it is, to be refused where it is read. */
function pick(value: unknown, parts: Readonly<Record<string, Part>>): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const fields = value as Fields;
  const kept: [string, unknown][] = [];
  for (const [key, part] of Object.entries(parts)) {
    if (fields[key] !== undefined) kept.push([key, part(fields[key])]);
  }
  return Object.fromEntries(kept);
}

function each(list: unknown, parts: Readonly<Record<string, Part>>): unknown {
  return Array.isArray(list) ? list.map((item) => pick(item, parts)) : list;
}
