import type { DatabaseSync, StatementSync } from "node:sqlite";
import { assert } from "../../lib/assert.ts";

/** How many numbers are remembered: some hundred bytes each. */
const REMEMBERED_MAX = 10_000;

/** Texts that many rows have in common, each stored once under a number. They stay: there are few, and they are small. */
export class NumberedTexts {
  readonly #numbers = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  readonly #selectNumber: StatementSync;
  readonly #selectText: StatementSync;
  readonly #insert: StatementSync;

  constructor(database: DatabaseSync) {
    this.#selectNumber = database.prepare("SELECT number FROM texts WHERE text = ?");
    this.#selectText = database.prepare("SELECT text FROM texts WHERE number = ?");
    this.#insert = database.prepare("INSERT INTO texts (text) VALUES (?)");
  }

  /** The number of a text; 0, which no row has, if it is not stored. */
  numberOf(text: string): number {
    return this.#find(text) ?? 0;
  }

  /** The same, but one that is not stored yet is stored: for use in a transaction only. */
  findOrStore(text: string): number {
    return this.#find(text) ?? this.#remember(Number(this.#insert.run(text).lastInsertRowid), text);
  }

  textOf(number: number): string {
    const known = this.#texts.get(number);
    if (known !== undefined) return known;
    const row = this.#selectText.get(number);
    assert(row !== undefined, `no text ${number} in the store`);
    const text = String(row["text"]);
    this.#remember(number, text);
    return text;
  }

  /** To be called when a transaction is rolled back: its texts were not stored. */
  forgetAll(): void {
    this.#numbers.clear();
    this.#texts.clear();
  }

  #find(text: string): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const row = this.#selectNumber.get(text);
    return row === undefined ? undefined : this.#remember(Number(row["number"]), text);
  }

  #remember(number: number, text: string): number {
    if (this.#numbers.size >= REMEMBERED_MAX) this.forgetAll();
    this.#numbers.set(text, number);
    this.#texts.set(number, text);
    return number;
  }
}
