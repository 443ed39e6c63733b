/** Indents XML that has no white space between its elements. For reading only: the exact text is what is sent. */
export function layOutXml(xml) {
  const pieces = xml.match(/<[^>]*>|[^<]+/g) ?? [];
  const lines = [];
  let depth = 0;
  for (let at = 0; at < pieces.length; at += 1) {
    const piece = pieces[at];
    const indent = "  ".repeat(depth);
    if (piece.startsWith("</")) {
      depth -= 1;
      lines.push("  ".repeat(depth) + piece);
    } else if (!piece.startsWith("<") || piece.endsWith("/>")) {
      lines.push(indent + piece);
    } else if (pieces[at + 1]?.startsWith("</")) {
      lines.push(indent + piece + pieces[at + 1]); // <a></a>
      at += 1;
    } else if (!pieces[at + 1]?.startsWith("<") && pieces[at + 2]?.startsWith("</")) {
      lines.push(indent + piece + pieces[at + 1] + pieces[at + 2]); // <a>text</a>
      at += 2;
    } else {
      lines.push(indent + piece.replace(/ (xmlns)/g, `\n${indent}    $1`));
      depth += 1;
    }
  }
  return lines.join("\n");
}
