/** What the tools compute. */

export interface Statistics {
  readonly characters: number;
  readonly words: number;
  readonly lines: number;
  readonly bytes: number;
  readonly [name: string]: number;
}

/** How long a text is: in characters as a reader counts them, in words, in lines, and in bytes of UTF-8. */
export function statistics(text: string): Statistics {
  const characters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].length;
  const words = [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)];
  return {
    characters,
    words: words.filter((each) => each.isWordLike).length,
    lines: text === "" ? 0 : text.replace(/\n$/, "").split("\n").length,
    bytes: Buffer.byteLength(text),
  };
}

export interface Piece {
  readonly start: number;
  readonly text: string;
}

/**
 * A text in pieces of at most `size` characters, cut between words where there are any.
 *
 * The pieces together are the text: none is lost, none is twice.
 */
export function cut(text: string, size: number): Piece[] {
  const letters = [...text];
  const pieces: Piece[] = [];
  for (let start = 0; start < letters.length; ) {
    let end = Math.min(start + size, letters.length);
    if (end < letters.length) {
      const space = letters.slice(start, end).findLastIndex((letter) => /\s/.test(letter));
      if (space > 0) end = start + space + 1;
    }
    pieces.push({ start, text: letters.slice(start, end).join("") });
    start = end;
  }
  return pieces;
}
