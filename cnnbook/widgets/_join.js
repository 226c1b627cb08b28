// Ends the text that a kernel sends for an explorer, below CORE and OWN, its two modules as text. No host has an
// address for one to import the other by, so both get one here: OWN finds that of the core in place of ADDRESS.

const open = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
const core = open(CORE);
const own = open(OWN.replace(ADDRESS, JSON.stringify(core)));
const { default: explorer } = await import(own);
for (const url of [core, own]) URL.revokeObjectURL(url);

export default explorer;
