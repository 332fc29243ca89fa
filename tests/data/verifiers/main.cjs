// Checks notes and inclusion with npm's @sigstore/verify, and nothing of ours.
const path = require("node:path");

const dist = path.join(process.argv[2], "node_modules", "@sigstore", "verify", "dist", "tlog");
const { verifyCheckpoint } = require(path.join(dist, "checkpoint.js"));
const { verifyMerkleInclusion } = require(path.join(dist, "merkle.js"));
const { createPublicKey } = require("node:crypto");

const SPKI_OF_ED25519 = Buffer.from("302a300506032b6570032100", "hex");

function holds(check) {
  try {
    check();
    return true;
  } catch (error) {
    if (error.name !== "VerificationError" && error.code !== "TLOG_INCLUSION_PROOF_ERROR") {
      throw error;
    }
    return false;
  }
}

function answerTo(asked) {
  const [name, keyId, encoded] = asked.Key.split(/\+(.{8})\+/);
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_OF_ED25519, Buffer.from(encoded, "base64").subarray(1)]),
    format: "der",
    type: "spki",
  });
  const log = { logID: Buffer.from(keyId, "hex"), baseURL: name, publicKey };
  const entry = {
    canonicalizedBody: Buffer.from(asked.Leaf, "base64"),
    inclusionProof: {
      logIndex: String(asked.Index),
      hashes: asked.Hashes.map((each) => Buffer.from(each, "base64")),
      checkpoint: { envelope: asked.Note },
    },
  };
  const checkpoint = { logSize: BigInt(asked.Size), logHash: Buffer.from(asked.Root, "base64") };
  return {
    note: holds(() => verifyCheckpoint(entry, [log])),
    inclusion: holds(() => verifyMerkleInclusion(entry, checkpoint)),
  };
}

let text = "";
process.stdin.on("data", (part) => (text += part));
process.stdin.on("end", () => {
  process.stdout.write(JSON.stringify(JSON.parse(text).map(answerTo)));
});
