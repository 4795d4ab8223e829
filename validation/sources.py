"""The publications of the formulas, by author and year as they are named beside each check."""

from __future__ import annotations

SOURCES = {
    "Burke 1956": "The output of a queuing system. Operations Research 4, 699-704",
    "Chaudhry and Templeton 1983": "A First Course in Bulk Queues. Wiley",
    "Cobham 1954": "Priority assignment in waiting line problems. Operations Research 2, 70-76",
    "Erlang 1917": "Solution of some problems in the theory of probabilities of significance in automatic "
    "telephone exchanges. Elektroteknikeren 13, 5-13",
    "Jackson 1957": "Networks of waiting lines. Operations Research 5, 518-521",
    "Johnson, Kotz and Balakrishnan 1994": "Continuous Univariate Distributions, 2nd ed., two volumes. Wiley",
    "Kendall 1953": "Stochastic processes occurring in the theory of queues and their analysis by the method "
    "of the imbedded Markov chain. Annals of Mathematical Statistics 24, 338-354",
    "Kiefer and Wolfowitz 1955": "On the theory of queues with many servers. Transactions of the American "
    "Mathematical Society 78, 1-18",
    "Lindley 1952": "The theory of queues with a single server. Mathematical Proceedings of the Cambridge "
    "Philosophical Society 48, 277-289",
    "Little 1961": "A proof for the queuing formula L = lambda W. Operations Research 9, 383-387",
    "Palm 1957": "Research on telephone traffic carried by full availability groups. Tele 1, 1-107",
    "Phipps 1956": "Machine repair as a priority waiting-line problem. Operations Research 4, 76-85",
    "Pollaczek 1930": "Über eine Aufgabe der Wahrscheinlichkeitstheorie. Mathematische Zeitschrift 32, "
    "64-100",
    "Rényi 1953": "On the theory of order statistics. Acta Mathematica Academiae Scientiarum Hungaricae 4, "
    "191-231",
    "Sevastyanov 1957": "An ergodic theorem for Markov processes and its application to telephone systems "
    "with refusals. Theory of Probability and its Applications 2, 104-112",
    "Spitzer 1956": "A combinatorial lemma and its application to probability theory. Transactions of the "
    "American Mathematical Society 82, 323-339",
    "Takács 1962": "Introduction to the Theory of Queues. Oxford University Press",
    "Takács 1963": "A single-server queue with feedback. Bell System Technical Journal 42, 505-519",
}
