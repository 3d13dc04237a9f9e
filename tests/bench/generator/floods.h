/* Frames of one kind, as many as wanted, without an ear for answers. */

static uint64_t random_state = 88172645463325252u;

static uint64_t random64(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  return random_state ^= random_state << 17;
}

static void nobody(uint8_t *frame) {
  uint64_t mac = random64();
  memcpy(frame + 6, &mac, 6);
  frame[6] = (frame[6] & 0xfe) | 2;
  memcpy(frame + HEADERS + 28, frame + 6, 6);
}

/* Options 53, 54 and 50. */
static uint8_t *about(uint8_t *o, int type, uint32_t server, uint32_t address) {
  memcpy(o, "\x35\x01", 2);
  o[2] = type;
  memcpy(o + 3, "\x36\x04", 2);
  put_u32(o + 5, server);
  memcpy(o + 9, "\x32\x04", 2);
  put_u32(o + 11, address);
  return o + 15;
}

static void shuffled_list(uint8_t *o) {
  static uint8_t codes[] = {1, 3, 6, 12, 15, 26, 28, 33, 42, 51, 54, 58, 59, 119, 121, 249};
  o[0] = 55;
  o[1] = sizeof codes;
  for (int i = sizeof codes - 1; i > 0; i--) {
    int other = random64() % (i + 1);
    uint8_t code = codes[i];
    codes[i] = codes[other];
    codes[other] = code;
  }
  memcpy(o + 2, codes, sizeof codes);
  o[2 + sizeof codes] = 255;
}

static void forge(const char *kind, int client, uint32_t xid, uint32_t server, uint32_t first) {
  uint8_t *o = frame_of(client, 0, xid), *f = o - 240 - HEADERS;
  if (!strcmp(kind, "selecting")) {
    if (random64() & 1) nobody(f);
    *about(o, 3, server, first + client + 1) = 255;
    return;
  }
  if (!strcmp(kind, "declines")) {
    *about(o, 4, server, first + client) = 255;
    return;
  }
  memcpy(o, "\x35\x01\x01\xff", 4);
  if (!strcmp(kind, "macs")) nobody(f);
  if (!strcmp(kind, "lists")) shuffled_list(o + 3);
  if (!strcmp(kind, "relays")) {
    uint32_t inside = random64() & 1 ? server & 0xffff0000 : (uint32_t)random64() & 0xffff0000;
    put_u32(f + HEADERS + 24, inside | (random64() & 0xffff));
  }
  if (!strcmp(kind, "fragments")) {
    uint16_t id = random64();
    memcpy(f + 18, &id, 2);
    f[20] = 0x20;
    ip_checksum(f + 14);
  }
}

/* A rate of 0: as many as it can. Answers how many were sent. */
static long flood(const char *kind, int clients, long rate, uint64_t from, uint64_t until, uint32_t server,
                  uint32_t first) {
  int bypass = 1;
  setsockopt(descriptor, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass);
  long sent = 0;
  for (uint64_t at = from; at < until; at = now()) {
    long due = rate > 0 ? (long)((at - from) / 1e9 * rate) : sent + BATCH;
    for (; sent < due; sent++) forge(kind, random64() % clients, sent + 1, server, first);
    flush();
    if (rate > 0) {
      struct timespec t = {0, 100000};
      nanosleep(&t, NULL);
    }
  }
  return sent;
}
