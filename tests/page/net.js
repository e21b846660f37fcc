/* net.js PAGE.html ROWS.csv STEPS: the program of a page under node, without the
   page. ROWS has a line a row: the values of inputs, then of targets. Prints the
   outputs of each row, the losses of so many updates by all rows, and, with the
   weights saved and loaded, the outputs of the first row then. Where the input is
   text, each line is one, and outputs are all that is printed.
   net.js PAGE.html - FILE: opens FILE, and prints what is said of it. */
"use strict";
const fs = require("fs");
const [page, rowsFile, last] = process.argv.slice(2);
const html = fs.readFileSync(page, "utf8");

function script(id) {
    const begin = html.indexOf(`id="${id}">`) + id.length + `id="">`.length;
    return html.slice(begin, html.indexOf("</script>", begin));
}

const Net = new Function(script("net") + "return Net;")();
const facts = JSON.parse(script("facts"));
const print = row => console.log(row.flatMap(x => Array.from(x))
    .map(x => Math.fround(x).toPrecision(9)).join(","));

function cut(line, tensors) {
    let at = 0;
    const all = line.split(",").map(Number);
    return tensors.map(t => all.slice(at, at += t.values));
}

async function main() {
    const net = await Net.load(Buffer.from(script("program"), "base64"), facts);
    net.open(Buffer.from(script("weights"), "base64"));
    if (rowsFile === "-") {
        try {
            net.open(fs.readFileSync(last));
            console.log("opened");
        } catch (e) {
            console.log(e.message);
        }
        return;
    }
    const lines = fs.readFileSync(rowsFile, "utf8").trim().split("\n");
    if (facts.inputs[0].text) {
        for (const line of lines) print(net.run([net.ids(0, line)]));
        return;
    }
    const rows = lines.map(l => cut(l, [...facts.inputs, ...facts.targets]));
    for (const row of rows) print(net.run(row));
    for (let k = 1; k <= +last; k++) print([[net.step(rows).loss]]);
    net.open(net.save());
    print(net.run(rows[0]));
}

main();
