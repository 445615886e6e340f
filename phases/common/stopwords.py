"""Words that say nothing about a text's subject, in the languages that news is most often read in.

Function words only, plus the verbs of reported speech: they bind sentences together without being their subject.
"""

from __future__ import annotations

_ENGLISH = """
a about after again all also although an and any are as at back be because been before being between both but by came
can could did do does during each even for from had has have he her here hers him his how i if in into is it its just
like many may me might more most much must my no nor not now of off on once one only or other our out over own per
same she should since so some still such take than that the their them then there these they this those through to too
two under until up upon us very was we were what when where whether which while who whom whose why will with within
without would yet you your don't doesn't didn't isn't it's i'm we're they're that's
"""
_GERMAN = """
aber als am an auch auf aus bei bis da dann das dass dem den der des die doch durch ein eine einem einen einer eines er
es für gegen hat hatte haben ich ihr ihre im in ins ist kann kein keine man mehr mit nach nicht noch nur ob oder seit
sich sie sind so soll über um und unter vom von vor war waren was wenn wer werden wie wir wird wurde wurden zu zum zur
"""
_FRENCH = """
au aux avec ce ces cette comme dans de des donc du elle elles en est et être il ils je la le les leur leurs lui mais
ne nous on ont ou où par pas plus pour qu que qui sa sans se ses son sont sur un une vous été l'on d'un d'une c'est
"""
_SPANISH = """
al como con de del desde donde el ella en entre era es esta este esto fue ha han hay la las le lo los más muy no o para
pero por porque que se ser si sin sobre son su sus también tiene un una y ya
"""
_ITALIAN_PORTUGUESE_DUTCH = """
che da dei del della delle di è gli il lo ma nel nella non per più sono su sul tra
ao aos as com da das do dos ela ele em foi mais na nas não nos os ou pela pelo são seu sua também uma
aan bij dat deze die dit een en er haar hebben heeft het hij in is maar met naar niet nog om ook op te tot uit van voor
wordt zijn
"""

_ENGLISH_REPORTING = "according added get go going got made make put said say says see set told use used"

FUNCTION_WORDS: frozenset[str] = frozenset(
    f"{_ENGLISH} {_GERMAN} {_FRENCH} {_SPANISH} {_ITALIAN_PORTUGUESE_DUTCH}".split()
)
STOP_WORDS: frozenset[str] = FUNCTION_WORDS | frozenset(_ENGLISH_REPORTING.split())
