import assert from "node:assert/strict";
import { test } from "node:test";

import { cut, statistics } from "../src/text.js";

test("a text is counted as a reader counts it", () => {
  assert.deepEqual(statistics("One, two 👩‍🚀\nthree"), { characters: 16, words: 3, lines: 2, bytes: 26 });
  assert.deepEqual(statistics(""), { characters: 0, words: 0, lines: 0, bytes: 0 });
});

test("the pieces of a text are the text, and none is too long", () => {
  const text = "A workload must only ever run an image that was built, scanned 👩‍🚀 and signed.  Averylongwordwithoutspaces";
  for (const size of [1, 2, 7, 10, 40, 1000]) {
    const pieces = cut(text, size);
    assert.equal(pieces.map((each) => each.text).join(""), text);
    for (const piece of pieces) {
      assert.ok([...piece.text].length <= size);
      assert.equal([...text].slice(piece.start).join("").startsWith(piece.text), true);
    }
  }
});

test("a text is cut between words where there are any", () => {
  assert.deepEqual(
    cut("one two three", 8).map((each) => each.text),
    ["one two ", "three"],
  );
});
