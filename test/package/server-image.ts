import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");

/** Has Node and a shell; jobs can run in it as well. */
const BASE_IMAGE = "batchyard-test-base:1";
export const SERVER_IMAGE = "batchyard-test-server:1";

/** Calls `docker` for the engine there; answers what it printed, without the last line's end. */
export function docker(host: string, words: readonly string[], input?: Buffer): string {
  return execFileSync("docker", ["--host", host, ...words], {
    encoding: "utf8",
    input,
    stdio: "pipe",
    // The builder that each engine has in itself; the newer one is a program of its own that may be missing.
    env: { ...process.env, DOCKER_BUILDKIT: "0" },
    maxBuffer: 16 * 1024 * 1024,
  }).trimEnd();
}

/** Builds the server's image as a user would, but on a base made from this machine's own files and without network. */
export function buildServerImage(host: string): void {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-image-"));
  try {
    const base = join(folder, "base");
    writeBase(base);
    const tar = execFileSync("tar", ["-C", base, "-c", "."], { maxBuffer: 1024 * 1024 * 1024 });
    docker(host, ["import", "-", BASE_IMAGE], tar);
    const context = join(folder, "context");
    writeContext(context);
    const words = ["--quiet", "--network", "none", "--build-arg", `BASE=${BASE_IMAGE}`];
    docker(host, ["build", ...words, "--tag", SERVER_IMAGE, context]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** This Node, and busybox for all else. */
function writeBase(base: string): void {
  for (const folder of ["bin", "etc", "tmp", "usr/bin", "usr/local/bin"]) {
    mkdirSync(join(base, folder), { recursive: true });
  }
  writeFileSync(join(base, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
  writeFileSync(join(base, "etc/group"), "root:x:0:\n");
  copyProgram(process.execPath, join(base, "usr/local/bin/node"), base);
  const busybox = execFileSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).trim();
  copyProgram(busybox, join(base, "bin/busybox"), base);
  const applets = execFileSync(busybox, ["--list"], { encoding: "utf8" }).trim().split("\n");
  for (const applet of applets.filter((name) => name !== "busybox")) {
    symlinkSync("busybox", join(base, "bin", applet));
  }
  symlinkSync("/bin/busybox", join(base, "usr/bin/env"));
}

function copyProgram(from: string, to: string, base: string): void {
  copyFileSync(from, to);
  // It fails for a program that needs no libraries.
  const { stdout } = spawnSync("ldd", [from], { encoding: "utf8" });
  for (const [library] of stdout.matchAll(/\/\S+/g)) {
    if (!existsSync(library)) continue;
    mkdirSync(join(base, dirname(library)), { recursive: true });
    copyFileSync(library, join(base, library));
  }
}

/** What a build from a clone makes in its first stage: the compiled program with the dependencies that it is locked to. */
function writeContext(context: string): void {
  mkdirSync(context);
  for (const name of ["Dockerfile", "package.json", "LICENSE", "NOTICE", "bin"]) {
    cpSync(join(ROOT, name), join(context, name), { recursive: true });
  }
  execFileSync(process.execPath, [join(ROOT, "scripts", "build.ts"), join(context, "dist")]);
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as LockFile;
  for (const [path, { dev = false }] of Object.entries(lock.packages)) {
    if (path === "" || dev) continue;
    cpSync(join(ROOT, path), join(context, path), { recursive: true });
  }
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}
