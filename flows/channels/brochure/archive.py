"""A PDF that is PDF/UA-1 and PDF/A-3a at once (ISO 14289-1, ISO 19005-3), its source within.

WeasyPrint writes the one or the other. PDF/A is the stricter about files, so that is asked for;
what PDF/UA asks of the metadata is added here, with the schema that PDF/A wants described.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

#: What WeasyPrint is asked for.
VARIANT = "pdf/a-3a"

_PROPERTY = """<rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that is followed</pdfaProperty:description>
</rdf:li>"""
#: PDF/UA-1, clause 5; the description of its schema is PDF/A-3's, 6.6.2.3.
_UNIVERSAL = f"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{_PROPERTY}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
""".encode()
_END = b"</rdf:RDF>"


def claim(pdf: Any) -> None:
    """Say in the metadata of a :class:`pydyf.PDF` that it is PDF/UA-1 too, and of its source
    that it is Markdown, which not every machine's table of media types knows (RFC 7763).
    WeasyPrint lists each associated file twice."""
    pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
    metadata = next(o for o in pdf.objects if o.reference == pdf.catalog["Metadata"])
    metadata.compress = False  # so that any program finds it (ISO 19005-3, 6.6.2.1)
    metadata.stream = [b"".join(metadata.stream).replace(_END, _UNIVERSAL + _END)]
    for embedded in (o.extra for o in pdf.objects if hasattr(o, "extra")):
        if embedded.get("Type") == "/EmbeddedFile":
            embedded["Subtype"] = "/text#2fmarkdown"


def seal(pdf: Any, padding: int = 0) -> None:
    """Compress the streams of a :class:`pydyf.PDF`, each with an end that cannot be mistaken.

    A line feed is written after a stream's bytes; if the last of these is a carriage return,
    both together read as one end of line, and the stream as a byte too short (ISO 19005-3,
    6.1.7.1). A byte more is passed over by whoever unpacks it.

    Two streams are made only when the file is written, of the objects that are left: as many
    empty objects as ``padding`` says make them others, where they turn out so.
    """
    import pydyf

    for _ in range(padding):
        pdf.add_object(pydyf.Dictionary())
    for part in (o for o in pdf.objects if hasattr(o, "compress")):
        data = b"\n".join(_bytes(item) for item in part.stream)
        if part.compress:
            data = zlib.compress(data, 9)
            part.extra["Filter"] = "/FlateDecode"
        part.stream, part.compress = [data + b"\n" * data.endswith(b"\r")], False


def is_sealed(data: bytes) -> bool:
    """Whether each stream of a file ends clearly: see :func:`seal`."""
    return b"\r\nendstream" not in data


def _bytes(item: Any) -> bytes:
    if isinstance(item, bytes):
        return item
    return bytes(item.data) if hasattr(item, "data") else str(item).encode("ascii")


class Source(NamedTuple):
    """The edition as Markdown; ``described`` says in the edition's language what it is."""

    name: str
    text: str
    described: str
    created: datetime
    modified: datetime

    def attachment(self) -> Any:
        """An associated file of relationship Source (ISO 19005-3, annex E)."""
        from weasyprint import Attachment

        return Attachment(
            string=self.text,
            name=self.name,
            description=self.described,
            created=self.created.astimezone(UTC),
            modified=self.modified.astimezone(UTC),
            relationship="Source",
        )
