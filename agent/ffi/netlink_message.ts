/**
 * Messages of the kernel's route netlink (rtnetlink(7), `<linux/rtnetlink.h>`), written and read. Pure.
 *
 * Numbers are in host order, little-endian on every machine this runs on; addresses are in network order.
 *
 * @module
 */
import { ipv4FromBytes, ipv4ToBytes } from "../../core/net/mod.ts";
import type { InterfaceAddress, LinkAddress } from "../host_network.ts";
import {
  align,
  attribute,
  attributes,
  concat,
  nested,
  type NetlinkAttribute,
  number32,
  readNumber32,
  readText,
} from "./netlink_attributes.ts";

/** Message types. */
export const Rtm = {
  ERROR: 2,
  DONE: 3,
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  SETLINK: 19,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  NEWNETCONF: 80,
  GETNETCONF: 82,
} as const;

/** Flags of a message (`<linux/netlink.h>`). */
export const NetlinkFlag = {
  REQUEST: 0x1,
  ACK: 0x4,
  DUMP: 0x300,
  EXCLUSIVE: 0x200,
  CREATE: 0x400,
} as const;

/** Groups of events (`RTMGRP_*`). */
export const NetlinkGroup = { LINK: 0x1, IPV4_ADDRESS: 0x10 } as const;

/** The label that marks an address as added by an agent; `ip address` shows it. */
export const ADDRESS_LABEL = "vm-dhcp";

/** Bytes of a message's header. */
export const NETLINK_HEADER = 16;

const AF_INET = 2;
/** Marks an attribute that holds attributes (`NLA_F_NESTED`). */
const NESTED = 0x8000;
const IFF_UP = 1;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_AF_SPEC = 26;
const IFLA_INET_CONF = 1;
/** Numbers of the settings of an interface (`IPV4_DEVCONF_*`); the kernel lists them from 1. */
const INET_CONF_RP_FILTER = 8;
const INET_CONF_ACCEPT_LOCAL = 23;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFA_FLAGS = 8;
const IFA_F_NOPREFIXROUTE = 0x200;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_PREFSRC = 7;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;
/** Index that stands for "all interfaces". */
const NETCONF_ALL = -1;
const NETCONFA_IFINDEX = 1;
const NETCONFA_RP_FILTER = 3;

/** One message as it was read: a view of the bytes that were received. */
export interface NetlinkMessage {
  readonly type: number;
  readonly sequence: number;
  /** What follows the header. */
  readonly body: DataView<ArrayBuffer>;
}

/** What goes into a request beside its body. */
export interface RequestHead {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
}

/** A whole request. */
export function encodeRequest(head: RequestHead, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(NETLINK_HEADER + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, head.type, true);
  view.setUint16(6, head.flags | NetlinkFlag.REQUEST, true);
  view.setUint32(8, head.sequence, true);
  bytes.set(body, NETLINK_HEADER);
  return bytes;
}

/** The messages in what was received. A cut-off last message is left out. */
export function* decodeMessages(bytes: Uint8Array<ArrayBuffer>): Generator<NetlinkMessage> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let offset = 0;
  while (offset + NETLINK_HEADER <= bytes.length) {
    const length = view.getUint32(offset, true);
    if (length < NETLINK_HEADER || offset + length > bytes.length) return;
    yield {
      type: view.getUint16(offset + 4, true),
      sequence: view.getUint32(offset + 8, true),
      body: new DataView(
        bytes.buffer,
        bytes.byteOffset + offset + NETLINK_HEADER,
        length - NETLINK_HEADER,
      ),
    };
    offset += align(length);
  }
}

/** The error number of an ERROR message; 0 is an acknowledgement. */
export function errorOf(message: NetlinkMessage): number {
  return message.body.byteLength < 4 ? 0 : 0 - message.body.getInt32(0, true);
}

/** Body of a request for all links. */
export function linkDump(): Uint8Array {
  return new Uint8Array(16);
}

/** Body of a request that sets `accept_local` of an interface. */
export function acceptLocalBody(index: number, accept: boolean): Uint8Array {
  const head = new Uint8Array(16);
  new DataView(head.buffer).setInt32(4, index, true);
  const setting = attribute(INET_CONF_ACCEPT_LOCAL, number32(accept ? 1 : 0));
  const settings = attribute(IFLA_INET_CONF | NESTED, setting);
  return concat(head, attribute(IFLA_AF_SPEC | NESTED, attribute(AF_INET | NESTED, settings)));
}

/** Body of a request for all IPv4 addresses. */
export function addressDump(): Uint8Array {
  return Uint8Array.of(AF_INET, 0, 0, 0, 0, 0, 0, 0);
}

/** Body of a request that adds or removes an address; an added one makes no prefix route and bears the label. */
export function addressBody(
  index: number,
  { address, prefixLength }: InterfaceAddress,
): Uint8Array {
  const head = new Uint8Array(8);
  head[0] = AF_INET;
  head[1] = prefixLength;
  new DataView(head.buffer).setUint32(4, index, true);
  return concat(
    head,
    attribute(IFA_LOCAL, ipv4ToBytes(address)),
    attribute(IFA_ADDRESS, ipv4ToBytes(address)),
    attribute(IFA_FLAGS, number32(IFA_F_NOPREFIXROUTE)),
    attribute(IFA_LABEL, new TextEncoder().encode(`${ADDRESS_LABEL}\0`)),
  );
}

/** Body of a request that adds or removes the route to the address's network through the interface. */
export function routeBody(index: number, { address, prefixLength }: InterfaceAddress): Uint8Array {
  const head = new Uint8Array(12);
  head.set([AF_INET, prefixLength, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_LINK, RTN_UNICAST]);
  const mask = prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
  return concat(
    head,
    attribute(RTA_DST, ipv4ToBytes((address & mask) >>> 0)),
    attribute(RTA_OIF, number32(index)),
    attribute(RTA_PREFSRC, ipv4ToBytes(address)),
  );
}

/** Body of a request for the IPv4 settings that hold for all interfaces. */
export function netconfOfAll(): Uint8Array {
  return concat(
    Uint8Array.of(AF_INET, 0, 0, 0),
    attribute(NETCONFA_IFINDEX, number32(NETCONF_ALL)),
  );
}

/** What a NEWLINK message says of a link. */
export interface LinkMessage {
  readonly name: string;
  readonly index: number;
  readonly mtu: number;
  /** 6 octets, zero where it has none. */
  readonly hardwareAddress: Uint8Array;
  readonly up: boolean;
  /** `rp_filter` of the interface itself; the kernel takes the greater of it and that of all interfaces. */
  readonly reversePathFilter: number;
  /** `accept_local` of the interface itself. */
  readonly acceptsLocal: boolean;
}

/** The link of a NEWLINK message; `undefined` for one without a name. */
export function linkOf({ body }: NetlinkMessage): LinkMessage | undefined {
  if (body.byteLength < 16) return undefined;
  let name: string | undefined;
  let mtu = 0;
  let hardwareAddress = new Uint8Array(6);
  let settings = new Uint8Array();
  for (const part of attributes(body, 16)) {
    const { type, value } = part;
    if (type === IFLA_IFNAME) name = readText(value);
    else if (type === IFLA_MTU) mtu = readNumber32(value);
    else if (type === IFLA_ADDRESS && value.length === 6) hardwareAddress = value.slice();
    else if (type === IFLA_AF_SPEC) settings = settingsIn(part);
  }
  if (name === undefined) return undefined;
  const up = (body.getUint32(8, true) & IFF_UP) !== 0;
  return {
    name,
    index: body.getInt32(4, true),
    mtu,
    hardwareAddress,
    up,
    reversePathFilter: settingOf(settings, INET_CONF_RP_FILTER),
    acceptsLocal: settingOf(settings, INET_CONF_ACCEPT_LOCAL) === 1,
  };
}

/** The address of a NEWADDR message; `undefined` for another family. */
export function linkAddressOf({ body }: NetlinkMessage): LinkAddress | undefined {
  if (body.byteLength < 8 || body.getUint8(0) !== AF_INET) return undefined;
  let local: number | undefined;
  let peer: number | undefined;
  let ours = false;
  for (const { type, value } of attributes(body, 8)) {
    if (type === IFA_LOCAL) local = readAddress(value);
    else if (type === IFA_ADDRESS) peer = readAddress(value);
    else if (type === IFA_LABEL) ours = readText(value) === ADDRESS_LABEL;
  }
  const address = local ?? peer;
  if (address === undefined) return undefined;
  return { index: body.getUint32(4, true), address, prefixLength: body.getUint8(1), ours };
}

/** `rp_filter` of a NEWNETCONF message; 0 where the message does not say. */
export function reversePathFilterOf({ body }: NetlinkMessage): number {
  for (const { type, value } of attributes(body, 4)) {
    if (type === NETCONFA_RP_FILTER) return readNumber32(value);
  }
  return 0;
}

/** The IPv4 settings among those of all address families. */
function settingsIn(families: NetlinkAttribute): Uint8Array<ArrayBuffer> {
  for (const family of nested(families)) {
    if (family.type !== AF_INET) continue;
    for (const { type, value } of nested(family)) {
      if (type === IFLA_INET_CONF) return value;
    }
  }
  return new Uint8Array();
}

function settingOf(settings: Uint8Array, number: number): number {
  return readNumber32(settings.subarray((number - 1) * 4));
}

function readAddress(value: Uint8Array): number {
  return value.length < 4 ? 0 : ipv4FromBytes(value);
}
