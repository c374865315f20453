// Builds ../editor.js, ../page.js and ../socket.js, writes ../LICENSES and ../SHA256SUMS. Run by build.sh; see ../BUILD.md.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";

const BUNDLES = ["editor", "page", "socket"];

const websocketOnly = {
  name: "websocket-only",
  setup(bundler) {
    const source = 'import { WS } from "./websocket.js"; export const transports = { websocket: WS };';
    bundler.onLoad({ filter: /engine\.io-client\/build\/esm\/transports\/index\.js$/ }, () => ({ contents: source }));
  },
};

function packageOf(path) {
  return path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1];
}

function licenceOf(name) {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${"=".repeat(78)}\n${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
}

const { metafile } = await build({
  entryPoints: Object.fromEntries(BUNDLES.map((name) => [name, `${name}.entry.js`])),
  outdir: "..",
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [websocketOnly],
  metafile: true,
  logLevel: "warning",
});

const inputs = Object.keys(metafile.inputs);
if (inputs.filter((path) => /node_modules\/yjs\/dist\/yjs\.(mjs|cjs)$/.test(path)).length !== 1) {
  throw new Error("expected exactly one copy of yjs");
}
const packages = [...new Set(inputs.map(packageOf).filter(Boolean))].sort();
writeFileSync("../LICENSES", packages.map(licenceOf).join("\n"));

const sums = BUNDLES.map((name) => {
  const bytes = readFileSync(`../${name}.js`);
  console.log(`${name}.js: ${bytes.length} bytes, ${brotliCompressSync(bytes).length} brotli`);
  return `${createHash("sha256").update(bytes).digest("hex")}  ${name}.js\n`;
});
writeFileSync("../SHA256SUMS", sums.join(""));
