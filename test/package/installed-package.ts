import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");

/** A package in the folder where ours was installed. */
export interface InstalledDependency {
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly hasInstallScript: boolean;
}

/** The package as `npm pack` makes it, installed into an empty folder as a user would. */
export class InstalledPackage implements Disposable {
  /** Paths within the tarball. */
  readonly packedFiles: readonly string[];
  readonly packedBytes: number;
  readonly folder: string;
  readonly #parent: string;

  constructor() {
    this.#parent = mkdtempSync(join(tmpdir(), "batchyard-package-"));
    const output = npm(["pack", "--json", "--pack-destination", this.#parent], ROOT);
    const [packed] = JSON.parse(output) as [PackedPackage];
    this.packedFiles = packed.files.map(({ path }) => path);
    this.packedBytes = packed.size;
    this.folder = join(this.#parent, "empty");
    mkdirSync(this.folder);
    // Keeps npm from looking for a project further up.
    writeFileSync(join(this.folder, "package.json"), "{}");
    npm(
      ["install", "--omit=dev", "--no-audit", "--no-fund", join(this.#parent, packed.filename)],
      this.folder,
    );
  }

  /** Below it are the files of the tarball. */
  get packageFolder(): string {
    return join(this.folder, "node_modules", "batchyard");
  }

  /** What a shell finds as `batchyard` in an npm script. */
  get program(): string {
    return join(this.folder, "node_modules", ".bin", "batchyard");
  }

  dependencies(): readonly InstalledDependency[] {
    const lock = JSON.parse(readFileSync(join(this.folder, "package-lock.json"), "utf8")) as LockFile;
    return Object.entries(lock.packages)
      .filter(([path]) => path !== "")
      .map(([path, { version, hasInstallScript = false }]) => ({
        name: path.replace(/^.*node_modules\//, ""),
        version,
        sizeBytes: sizeOf(join(this.folder, path)),
        hasInstallScript,
      }));
  }

  [Symbol.dispose](): void {
    rmSync(this.#parent, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The Node that runs the tests comes first, as it does for whoever has installed a recent one. */
export const PATH_WITH_NODE = [dirname(process.execPath), process.env["PATH"]].join(delimiter);

interface PackedPackage {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly hasInstallScript?: boolean }>
  >;
}

function npm(words: readonly string[], cwd: string): string {
  return execFileSync("npm", words, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, PATH: PATH_WITH_NODE },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Files only, nested packages left out: they have rows of their own. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules")
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sizeOf(path) : statSync(path).size;
    })
    .reduce((sum, size) => sum + size, 0);
}
