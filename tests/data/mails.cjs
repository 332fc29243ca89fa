// Reads mails with npm's postal-mime, and nothing of ours: one in base64 a line, answered as JSON.
const path = require("node:path");
const readline = require("node:readline");

const PostalMime = require(path.join(process.argv[2], "node_modules", "postal-mime"));

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const mail = await PostalMime.parse(Buffer.from(line, "base64"));
    const attached = mail.attachments.map((each) => ({
      name: each.filename,
      type: each.mimeType,
      id: each.contentId ?? null,
      content: Buffer.from(each.content).toString("base64"),
    }));
    const { subject, from, to, text, html } = mail;
    console.log(JSON.stringify({ subject, from, to, text, html: html ?? null, attached }));
  }
}

main();
