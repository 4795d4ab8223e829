"""The publications, by the names that stand beside the lines."""

from __future__ import annotations

SOURCES = {
    "Berry 2019": "NurOwn, phase 2, randomized, clinical trial in patients with ALS. Neurology 93, e2294-e2305 "
    "(seeds/berry2019.toml)",
    "Blood 2007": "Feasibility of rapidly generating autologous mesenchymal stem cells for stroke, an abstract. "
    "Blood 110 (11), 1218",
    "Bonab 2006": "BMC Cell Biology 7, 14. doi 10.1186/1471-2121-7-14",
    "Colter 2000": "PNAS 97, 3213, table 2. doi 10.1073/pnas.070034097",
    "Corestem 2019": "Advertisement feature (seeds/corestem2019.toml)",
    "GMP batches": "Twenty-five consecutive batches of marrow stromal cells, an abstract of Cytotherapy known "
    "from a library record only",
    "Ko 2023": "Annals of Laboratory Medicine 43, 477. doi 10.3343/alm.2023.43.5.477",
    "Lechanteur 2016": "Journal of Translational Medicine 14. doi 10.1186/s12967-016-0892-y",
    "Oh 2018": "Annals of Neurology 84, 361. doi 10.1002/ana.25302 (seeds/oh2018.toml)",
    "Padley 1996": "Transfusion 36. doi 10.1046/j.1537-2995.1996.36196190515.x",
    "Planchon 2018": "Multiple Sclerosis Journal, Experimental, Translational and Clinical 4. "
    "doi 10.1177/2055217318765288",
    "Sabatino 2012": "Journal of Translational Medicine 10, 23. doi 10.1186/1479-5876-10-23",
    "Sciezynska 2021": "Cells 10, 1043. doi 10.3390/cells10051043",
    "Spiropoulos 2011": "Journal of Cellular and Molecular Medicine 15, 1983. "
    "doi 10.1111/j.1582-4934.2010.01157.x",
    "Storage 2006": "Assessment of viability and osteogenic ability of human mesenchymal stem cells after being "
    "stored in suspension for clinical transplantation, an abstract whose authors were not seen",
    "Transfusion 2013": "doi 10.1111/trf.12150",
}
