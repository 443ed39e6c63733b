/**
 * What every store of a KeyService must do, as checks that run in any runtime: in Node, in a Worker, in a browser. Nothing is
 * imported but what the platform has, and the audit chain is walked by the platform's own SHA-256.
 */

/**
 * @param {() => Promise<import("../../../pkg-template/service/key-service.js").KeyStore>} makeStore an empty one each time
 * @returns {{ name: string, run: () => Promise<void> }[]} each throws an Error that says what was expected
 */
export function storeContract(makeStore) {
  const check = (name, use) => ({ name, run: async () => use(await makeStore()) });
  return [
    check("gives back what was put, in the order of the keys asked for", readsWhatWasPut),
    check("keeps bytes of every kind", keepsBytes),
    check("gets more than fits into one answer", getsMany),
    check("has nothing under keys longer than any", longKeysAreNotThere),
    check("lists by the order of bytes, from included, to not", listsInOrder),
    check("lists backwards, passes over rows, stops at the limit", listsParts),
    check("lists more rows than fit into one answer", listsMany),
    check("counts a range, whatever its skip and limit", counts),
    check("deletes, and what is not there as well", deletes),
    check("gives growing versions, never one twice", versionsGrow),
    check("writes nothing at all if a version is another than expected", conflictsWriteNothing),
    check("loses none of 20 parallel increments", incrementsInParallel),
    check("lets one of 20 make a row that must not be there", onlyOneCreates),
    check("takes large batches wholly", takesLargeBatches),
    check("chains the audit log", chainsAudit),
    check("chains what 20 append at once", chainsInParallel),
    check("hands out bytes that are the caller's own", bytesAreOwn),
  ];
}

const bytes = (text) => new TextEncoder().encode(text);
const textOf = (value) => new TextDecoder().decode(value);
const batch = (parts) => ({ expect: [], put: [], delete: [], audit: [], ...parts });
const rows = (...keys) => batch({ put: keys.map((key) => [key, bytes(`value of ${key}`)]) });
const range = (from, to, more) => ({ from, to, reverse: false, skip: 0, limit: 1000, ...more });
const keysOf = (list) => list.map(({ key }) => key);

function equal(actual, expected, what) {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== e) throw new Error(`${what}: expected ${e?.slice(0, 500)}, got ${a?.slice(0, 500)}`);
}

async function put(store, parts) {
  equal(await store.commit(batch(parts)), true, "a batch without expectations is written");
}

async function readsWhatWasPut(store) {
  equal(await store.get([]), [], "nothing asked");
  equal((await store.get(["a"]))[0] === undefined, true, "a key that was never put is undefined");
  await put(store, rows("a", "b"));
  const found = await store.get(["b", "none", "a", "b"]);
  const texts = found.map((row) => row && textOf(row.value));
  equal(texts, ["value of b", null, "value of a", "value of b"].map((text) => text ?? undefined), "values");
  await put(store, { put: [["a", bytes("new")]] });
  equal(textOf((await store.get(["a"]))[0].value), "new", "the last value put");
}

async function keepsBytes(store) {
  const every = Uint8Array.from({ length: 256 }, (_, index) => index);
  const large = new Uint8Array(300_000).map((_, index) => (index * 31) % 251);
  const part = new Uint8Array(every.buffer, 100, 3);
  await put(store, { put: [["empty", new Uint8Array()], ["every", every], ["large", large], ["part", part]] });
  const found = await store.get(["empty", "every", "large", "part"]);
  equal(found.every(({ value }) => value instanceof Uint8Array), true, "values are Uint8Arrays");
  const sums = (values) => values.map((value) => [value.length, value.reduce((sum, byte, at) => (sum * 31 + byte + at) % 1_000_003, 7)]);
  equal(sums(found.map(({ value }) => value)), sums([new Uint8Array(), every, large, part]), "lengths and sums");
}

/** 24 MB: more than a message between a Worker and its Durable Object is to carry. */
async function putLarge(store) {
  const large = Array.from({ length: 24 }, (_, index) => [`w/${String(index).padStart(2, "0")}`, new Uint8Array(1_000_000).fill(index)]);
  for (const row of large) await put(store, { put: [row] });
  return large;
}

async function getsMany(store) {
  const large = await putLarge(store);
  const found = await store.get(["none", ...large.map(([key]) => key), "none"]);
  const expected = [undefined, ...large.map(([, value]) => [value.length, value[5]]), undefined];
  equal(found.map((row) => row && [row.value.length, row.value[5]]), expected, "large values");
}

/** Nobody puts such a key, but whoever may ask for an id may ask for a long one. */
async function longKeysAreNotThere(store) {
  await put(store, rows("k", "kk", "l"));
  const long = "k".repeat(4000);
  equal((await store.get([long, "l"])).map((row) => row !== undefined), [false, true], "got");
  equal(keysOf(await store.list(range(`${long}/`, `${long}/\x7f`))), [], "listed");
  equal(keysOf(await store.list(range("k", long))), ["k", "kk"], "listed up to one");
  equal(await store.count(range(`${long}/`, `${long}/\x7f`)), 0, "counted");
  equal(await store.commit(batch({ ...rows("new"), expect: [[long, 1]] })), false, "expected to be there");
  equal(await store.commit(batch({ ...rows("new"), expect: [[long, 0]] })), true, "expected not to be there");
}

/** Every printable character, and prefixes of one another: what order text has elsewhere must not matter. */
const ORDERED = ["!", "!!", "/", "0", "A", "A ", "A/", "AB", "Z", "[", "a", "a b", "a/", "aa", "a~", "{", "~", "~~"];

async function listsInOrder(store) {
  await put(store, rows(...ORDERED.toReversed()));
  equal(keysOf(await store.list(range("", "\x7f"))), ORDERED, "all");
  equal(keysOf(await store.list(range("A", "a"))), ["A", "A ", "A/", "AB", "Z", "["], "from included, to not");
  equal(keysOf(await store.list(range("A", "A\x7f"))), ["A", "A ", "A/", "AB"], "a prefix");
  equal(keysOf(await store.list(range("a", "a"))), [], "an empty range");
  equal(keysOf(await store.list(range("b", "a"))), [], "a range the wrong way round");
  const [first] = await store.list(range("", "\x7f", { limit: 1 }));
  equal([first.key, first.version, textOf(first.value)], ["!", 1, "value of !"], "a row");
}

async function listsParts(store) {
  const keys = Array.from({ length: 50 }, (_, index) => `k/${String(index).padStart(2, "0")}`);
  await put(store, rows("j", ...keys, "l"));
  const listed = async (more) => keysOf(await store.list(range("k/", "k/\x7f", more)));
  equal(await listed({ limit: 3 }), keys.slice(0, 3), "the first");
  equal(await listed({ skip: 10, limit: 3 }), keys.slice(10, 13), "some further on");
  equal(await listed({ skip: 48, limit: 10 }), keys.slice(48), "the end");
  equal(await listed({ skip: 50 }), [], "beyond the end");
  equal(await listed({ limit: 0 }), [], "none");
  equal(await listed({ reverse: true, limit: 3 }), keys.slice(-3).reverse(), "the last, backwards");
  equal(await listed({ reverse: true, skip: 45 }), keys.slice(0, 5).reverse(), "the first, backwards");
}

async function listsMany(store) {
  const keys = Array.from({ length: 2500 }, (_, index) => `n/${String(index).padStart(5, "0")}`);
  await put(store, rows(...keys));
  equal(keysOf(await store.list(range("n/", "n/\x7f", { limit: 5000 }))), keys, "all of 2500");
  equal(keysOf(await store.list(range("n/", "n/\x7f", { skip: 100, limit: 2222 }))), keys.slice(100, 2322), "most of them");
  const backwards = await store.list(range("n/", "n/\x7f", { reverse: true, skip: 7, limit: 2400 }));
  equal(keysOf(backwards), keys.toReversed().slice(7, 2407), "most of them, backwards");
  const large = await putLarge(store);
  const found = await store.list(range("w/", "w/\x7f"));
  equal(found.map(({ key, value }) => [key, value.length, value[5]]), large.map(([key, value]) => [key, value.length, value[5]]), "large rows");
}

async function counts(store) {
  await put(store, rows("a", "b/1", "b/2", "b/3", "c"));
  equal(await store.count(range("b/", "b/\x7f")), 3, "a prefix");
  equal(await store.count(range("b/", "b/\x7f", { skip: 2, limit: 1, reverse: true })), 3, "with skip and limit");
  equal(await store.count(range("x", "y")), 0, "nothing there");
}

async function deletes(store) {
  await put(store, rows("a", "b"));
  await put(store, { delete: ["a", "never there"] });
  equal((await store.get(["a", "b"])).map((row) => row !== undefined), [false, true], "one is gone");
  // Deleting comes first, where both are said of one key.
  await put(store, { delete: ["b"], put: [["b", bytes("again")]] });
  equal(textOf((await store.get(["b"]))[0].value), "again", "deleted and put");
}

async function versionsGrow(store) {
  const seen = [];
  for (const value of ["one", "two", "two"]) {
    await put(store, { put: [["a", bytes(value)]] });
    seen.push((await store.get(["a"]))[0].version);
  }
  await put(store, rows("b"));
  seen.push((await store.get(["b"]))[0].version);
  await put(store, { delete: ["a", "b"] });
  await put(store, rows("a"));
  seen.push((await store.get(["a"]))[0].version);
  equal(seen, [...new Set(seen)].sort((a, b) => a - b), "each version is greater than all before, after a deletion too");
  await put(store, rows("c", "d"));
  const [c, d] = await store.get(["c", "d"]);
  equal(c.version, d.version, "rows of one batch have one version");
}

async function conflictsWriteNothing(store) {
  await put(store, rows("a", "b"));
  const [{ version }] = await store.get(["a"]);
  const change = { put: [["a", bytes("changed")], ["new", bytes("x")]], delete: ["b"], audit: ['{"action":"lost"}'] };
  for (const expect of [[["a", version + 1]], [["a", 0]], [["none", 1]], [["a", version], ["b", 0]]]) {
    equal(await store.commit(batch({ ...change, expect })), false, `expecting ${JSON.stringify(expect)}`);
  }
  const found = await store.get(["a", "b", "new", "m/audit"]);
  equal(found.map((row) => row && textOf(row.value)), ["value of a", "value of b", undefined, undefined], "nothing was written");
  const expect = [["a", version], ["new", 0]];
  equal(await store.commit(batch({ ...change, expect })), true, "with the right versions");
  equal(await store.commit(batch({ ...change, expect })), false, "the same again");
}

async function incrementsInParallel(store) {
  const increment = async () => {
    for (;;) {
      const [row] = await store.get(["counter"]);
      const next = String(Number(row === undefined ? 0 : textOf(row.value)) + 1);
      if (await store.commit(batch({ expect: [["counter", row?.version ?? 0]], put: [["counter", bytes(next)]] }))) return;
    }
  };
  await Promise.all(Array.from({ length: 20 }, increment));
  equal(textOf((await store.get(["counter"]))[0].value), "20", "the sum of 20 increments");
}

async function onlyOneCreates(store) {
  const create = (_, index) => store.commit(batch({ expect: [["only", 0]], put: [["only", bytes(String(index))]] }));
  const made = await Promise.all(Array.from({ length: 20 }, create));
  equal(made.filter((is) => is).length, 1, "one made it");
  equal(textOf((await store.get(["only"]))[0].value), String(made.indexOf(true)), "and it is that one's");
}

async function takesLargeBatches(store) {
  // An entity that is deleted with 20,000 links, which are two rows each, and with its own.
  const keys = Array.from({ length: 40_100 }, (_, index) => `p/${String(index).padStart(5, "0")}`);
  await put(store, rows(...keys));
  equal(await store.count(range("p/", "p/\x7f")), 40_100, "put");
  await put(store, { delete: keys.slice(0, 40_060), put: [["q", bytes("after")]] });
  equal([await store.count(range("p/", "p/\x7f")), await store.count(range("q", "r"))], [40, 1], "deleted");
}

async function chainsAudit(store) {
  equal(await verifiedAudit(store), [], "an empty log");
  await put(store, { put: [["a", bytes("x")]], audit: ['{"action":"first"}', '{"action":"second","text":"ä \\" }"}'] });
  await put(store, { audit: ['{"action":"third"}'] });
  equal(await verifiedAudit(store), [{ action: "first" }, { action: "second", text: 'ä " }' }, { action: "third" }], "entries");
}

async function chainsInParallel(store) {
  const append = (_, index) => put(store, { audit: [`{"writer":${index}}`, `{"writer":${index}}`] });
  await Promise.all(Array.from({ length: 20 }, append));
  const writers = (await verifiedAudit(store)).map(({ writer }) => writer);
  equal(writers.length, 40, "entries");
  equal(new Set(writers.map((writer, index) => (index % 2 === 0 ? writer : writers[index - 1] === writer && "pair"))).size, 21, "in pairs");
}

async function bytesAreOwn(store) {
  const given = bytes("kept");
  await put(store, { put: [["a", given]] });
  const [{ value }] = await store.get(["a"]);
  value.fill(0);
  given.fill(0);
  equal(textOf((await store.get(["a"]))[0].value), "kept", "after both sides' bytes were overwritten");
}

/**
 * Walks the audit log from its first row to its head, and checks every hash: an implementation of its own.
 *
 * @param {import("../../../pkg-template/service/key-service.js").KeyStore} store
 * @returns {Promise<object[]>} the entries
 */
export async function verifiedAudit(store) {
  const entries = [];
  let last = { n: 0, hash: "0".repeat(64) };
  for (let from = "a/"; ; ) {
    const part = await store.list(range(from, "a/\x7f"));
    for (const { key, value } of part) {
      last = await verifiedRow(key, textOf(value), last);
      entries.push(last.entry);
    }
    if (part.length < 1000) break;
    from = `${part.at(-1).key} `;
  }
  const [head] = await store.get(["m/audit"]);
  const expected = last.n === 0 ? undefined : { n: last.n, hash: last.hash };
  equal(head && JSON.parse(textOf(head.value)), expected, "the head of the audit log");
  return entries;
}

async function verifiedRow(key, text, before) {
  const row = JSON.parse(text);
  const hashed = `${text.slice(0, text.lastIndexOf(',"hash"'))}}`;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(hashed)));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  equal([key, row.n, row.prev, row.hash], [`a/${String(before.n + 1).padStart(16, "0")}`, before.n + 1, before.hash, hash], "a row of the audit log");
  return row;
}
