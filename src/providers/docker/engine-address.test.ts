import { describe, expect, test } from "vitest";
import { chooseEngineAddress, describeEngineAddress } from "./engine-address.ts";
import type { AddressChoice, AddressSources, EngineAddress } from "./engine-address.ts";

const DOCKER_SOCKET = "/var/run/docker.sock";

function choose(sources: Partial<AddressSources>): AddressChoice {
  return chooseEngineAddress({ environment: {}, homeDir: "/home/me", exists: () => false, ...sources });
}

function addressesOf(paths: readonly string[]) {
  return { addresses: paths.map((path) => ({ kind: "socket", path })) };
}

describe("chooseEngineAddress", () => {
  test.each<[name: string, text: string, environment: Record<string, string>, address: EngineAddress]>([
    ["a socket", "unix:///run/a.sock", {}, { kind: "socket", path: "/run/a.sock" }],
    ["a host", "tcp://engine", {}, { kind: "tcp", host: "engine", port: 2375 }],
    ["a host and a port", "tcp://10.0.0.1:4000", {}, { kind: "tcp", host: "10.0.0.1", port: 4000 }],
    ["an address of version 6", "tcp://[::1]:4000", {}, { kind: "tcp", host: "::1", port: 4000 }],
    ["plain HTTP on its own port", "http://engine:80", {}, { kind: "tcp", host: "engine", port: 80 }],
    [
      "HTTPS by the system's authorities",
      "https://engine:443",
      {},
      { kind: "tcp", host: "engine", port: 443, tls: { isVerified: true } },
    ],
    [
      "TLS with files",
      "tcp://engine",
      { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" },
      {
        kind: "tcp",
        host: "engine",
        port: 2376,
        tls: {
          isVerified: true,
          files: { ca: "/certs/ca.pem", cert: "/certs/cert.pem", key: "/certs/key.pem" },
        },
      },
    ],
    [
      "TLS with the user's files",
      "tcp://engine",
      { DOCKER_TLS_VERIFY: "1", HOME: "/home/me" },
      {
        kind: "tcp",
        host: "engine",
        port: 2376,
        tls: {
          isVerified: true,
          files: {
            ca: "/home/me/.docker/ca.pem",
            cert: "/home/me/.docker/cert.pem",
            key: "/home/me/.docker/key.pem",
          },
        },
      },
    ],
    [
      "TLS without a check",
      "tcp://engine",
      { DOCKER_CERT_PATH: "/certs", DOCKER_TLS_VERIFY: "" },
      {
        kind: "tcp",
        host: "engine",
        port: 2376,
        tls: {
          isVerified: false,
          files: { ca: "/certs/ca.pem", cert: "/certs/cert.pem", key: "/certs/key.pem" },
        },
      },
    ],
  ])("reads %s", (_name, dockerHost, environment, address) => {
    expect(choose({ dockerHost, environment })).toEqual({ namedBy: "--docker-host", address });
    const fromEnvironment = { ...environment, DOCKER_HOST: dockerHost };
    expect(choose({ environment: fromEnvironment })).toEqual({ namedBy: "DOCKER_HOST", address });
  });

  test.each<[text: string, problem: string]>([
    ["ssh://me@engine", "engines are not reached over ssh: forward the socket with `ssh -L` and name that"],
    ["npipe:////./pipe/docker_engine", "named pipes are Windows' own: use unix:// or tcp://"],
    ["unix://docker.sock", "a socket's path must begin with /"],
    ["/run/docker.sock", "it must begin with unix://, tcp://, http:// or https://"],
    ["tcp://", "it must name a host, as in tcp://127.0.0.1:2375"],
    ["tcp://engine:port", "it must name a host, as in tcp://127.0.0.1:2375"],
    ["tcp://engine/path", "it must name a host and a port and nothing else"],
    ["http://me@engine", "it must name a host and a port and nothing else"],
  ])("refuses %s", (dockerHost, problem) => {
    const environment = { DOCKER_HOST: dockerHost };
    expect([choose({ dockerHost }), choose({ environment })]).toEqual([
      { problem: `--docker-host ${dockerHost}: ${problem}` },
      { problem: `DOCKER_HOST ${dockerHost}: ${problem}` },
    ]);
  });

  test("prefers what was asked for to the environment, and that to what is there", () => {
    const environment = { DOCKER_HOST: "tcp://environment" };
    const choices = [
      choose({ dockerHost: "tcp://asked", environment }),
      choose({ dockerHost: "", environment }),
      choose({ environment: { DOCKER_HOST: "" }, exists: (path) => path === DOCKER_SOCKET }),
    ];
    expect(choices).toEqual([
      { namedBy: "--docker-host", address: { kind: "tcp", host: "asked", port: 2375 } },
      { namedBy: "DOCKER_HOST", address: { kind: "tcp", host: "environment", port: 2375 } },
      { addresses: [{ kind: "socket", path: DOCKER_SOCKET }] },
    ]);
  });

  test("has all of the usual sockets that are there tried, in order, else Docker's", () => {
    const sockets = [
      DOCKER_SOCKET,
      "/run/user/7/docker.sock",
      "/run/user/7/podman/podman.sock",
      "/run/podman/podman.sock",
      "/home/me/.docker/run/docker.sock",
    ];
    const environment = { XDG_RUNTIME_DIR: "/run/user/7" };
    for (const [index] of sockets.entries()) {
      const present = sockets.toSpliced(index, 1);
      const exists = (path: string): boolean => present.includes(path);
      expect(choose({ environment, exists })).toEqual(addressesOf(present));
    }
    expect(choose({ environment })).toEqual(addressesOf([DOCKER_SOCKET]));
    expect(choose({ exists: (path) => !path.startsWith("/var") })).toEqual(addressesOf(sockets.slice(3)));
  });
});

describe("describeEngineAddress", () => {
  test.each<[address: EngineAddress, text: string]>([
    [{ kind: "socket", path: "/a.sock" }, "unix:///a.sock"],
    [{ kind: "tcp", host: "engine", port: 1 }, "tcp://engine:1"],
    [{ kind: "tcp", host: "::1", port: 1, tls: { isVerified: true } }, "https://[::1]:1"],
  ])("%j", (address, text) => {
    expect(describeEngineAddress(address)).toBe(text);
  });
});
