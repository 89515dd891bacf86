"""Words of shopping that are the same in every shop: colours, materials, spellings on both sides of the Atlantic.

Knows no catalog; `traits` and `understanding` hold these against the words that a shop uses.
"""

from typing import Final

from retrieval.tokens import stems


def _families(lines: str) -> dict[str, tuple[str, ...]]:
    """Lines of "name: member, member" -> name: (name, member, ...)."""
    read = (line.split(":") for line in lines.strip().splitlines())
    return {
        name.strip(): (name.strip(), *(each.strip() for each in rest.split(",") if each.strip())) for name, rest in read
    }


# name: what a product that is so may also be called
COLOURS: Final = _families("""
red: crimson, scarlet, burgundy
blue: navy, cobalt, indigo, turquoise, teal
green: sage, olive, emerald
yellow: mustard, lemon
orange: terracotta, amber
purple: violet, lilac, lavender, plum
pink: rose, blush, fuchsia
black: ebony
white: ivory, cream
grey: gray, slate, charcoal
brown: chestnut, tan, chocolate
beige: natural, oatmeal, ecru
silver:
gold: golden, brass
turquoise: teal, aqua
navy:
cream: ivory
copper:
clear: transparent
multicoloured: multicolour, multicolor, rainbow
""")
# nothing else is called so: "a duvet set, white" is one that is white
PLAIN_COLOURS: Final = frozenset("red blue black white purple pink yellow grey gray brown beige turquoise".split())
MATERIALS: Final = _families("""
plastic: acrylic, polypropylene, polyethylene, pvc, melamine, polyester, nylon, vinyl
wood: wooden, oak, beech, pine, bamboo, acacia, ash, walnut, teak, cedar, birch, sycamore
wooden: wood, oak, beech, pine, bamboo, acacia, walnut, teak, cedar, birch
metal: steel, iron, tin, aluminium, aluminum, brass, copper, zinc, enamel
steel: stainless
iron: cast
glass: borosilicate, crystal
ceramic: stoneware, porcelain, earthenware, china, pottery, terracotta
porcelain: china
stoneware:
leather: suede
cotton: denim, canvas
linen: flax
wool: woollen, woolen, lambswool, merino
silk:
velvet:
paper: card, cardboard
wicker: rattan, willow
rattan: wicker
bamboo:
marble: stone
slate: stone
jute: sisal
rubber: silicone
silicone:
copper:
brass:
enamel:
oak:
""")
# what somebody who avoids the first must not be shown
AVOIDED: Final = _families("""
nuts: nut, hazelnut, almond, walnut, cashew, pecan, pistachio, peanut, praline, macadamia, marzipan, nutella, frangipane
nut: nuts, hazelnut, almond, walnut, cashew, pecan, pistachio, peanut, praline, macadamia, marzipan, frangipane
peanuts: peanut
dairy: milk, butter, cheese, cream, yoghurt, yogurt, ghee, custard
milk: dairy, butter, cheese, cream, yoghurt, yogurt
lactose: milk, dairy, butter, cheese, cream, yoghurt
meat: beef, pork, chicken, lamb, ham, bacon, salami, chorizo, turkey, sausage, pate
pork: ham, bacon, salami, chorizo, lardon
fish: salmon, tuna, anchovy, sardine, mackerel, cod
alcohol: wine, beer, gin, rum, whisky, vodka, cider, brandy, liqueur, prosecco
gluten: wheat, barley, rye, spelt
eggs: egg, mayonnaise, meringue
soy: soya, tofu, miso, tamari, edamame
soya: soy, tofu, miso, tamari, edamame
sesame: tahini, halva, houmous, hummus
mustard: piccalilli
celery: celeriac
shellfish: prawn, crab, lobster, mussel, oyster, clam, scallop, shrimp, langoustine
sugar: sugared
caffeine: coffee, espresso
scent: scented, fragrance, perfume
perfume: scented, fragrance, perfumed
""")
DIETS: Final = ("vegan", "vegetarian", "organic", "halal", "kosher", "decaf", "wholemeal", "fairtrade")
# either side of the Atlantic; read in both directions
_BOTH_WAYS: Final = """
colour color; grey gray; centre center; metre meter; litre liter; aluminium aluminum; jewellery jewelry; tyre tire
mould mold; plough plow; fibre fiber; favourite favorite; flavour flavor; yoghurt yogurt; doughnut donut; whisky whiskey
pyjamas pajamas; moustache mustache; draught draft; woollen woolen wool; catalogue catalog; moulding molding
sofa couch settee; tap faucet; torch flashlight; bin wastebasket trashcan; nappy diaper; pram stroller buggy
cot crib; dummy pacifier; plaster bandaid; duvet comforter quilt; cushion pillow; rug carpet; curtain drape; lamp light
cooker stove; hob stovetop; spanner wrench; hoover vacuum; jug pitcher; saucepan pot; frying skillet; cutlery silverware
biscuit cookie; crisps chips; sweets candy; jam jelly preserve; courgette zucchini; aubergine eggplant
coriander cilantro; rocket arugula; prawn shrimp; beetroot beet; porridge oatmeal oats; treacle molasses; mince ground
cornflour cornstarch; sultana raisin; fizzy soda; lolly popsicle; wholemeal wholewheat; swede rutabaga; spud potato
jumper sweater pullover; trousers pants; trainers sneakers; wellies wellingtons; waistcoat vest; braces suspenders
decaf decaffeinated
dressing-gown bathrobe; handbag purse; rucksack backpack; jersey sweater; tights pantyhose; flannel washcloth
tea-towel dishcloth; crockery dishes tableware; tumbler glass; mug cup; serviette napkin; bauble ornament
christmas xmas; autumn fall; garden yard; plant-pot planter; secateurs pruners; hosepipe hose; skirting baseboard
puzzle jigsaw; teddy bear; doll dolly; diary planner; sellotape tape; parcel package; wrapping giftwrap; rubber eraser
kettle boiler; worktop countertop; larder pantry; cupboard cabinet closet; wardrobe closet; chest dresser; mum mom
"""


def variants() -> dict[str, tuple[str, ...]]:
    """Word -> the other words for the same thing."""
    found: dict[str, tuple[str, ...]] = {}
    for group in _BOTH_WAYS.replace("\n", ";").split(";"):
        alike = tuple(group.split())
        for word in alike:
            for key in {word, *stems([word])}:
                others = (other for other in alike if other != word)
                found[key] = tuple(dict.fromkeys((*found.get(key, ()), *others)))
    return found


# what suits somebody of whom no more is known
GIFTS_FOR: Final = {
    "toys and games": "child children kid kids toddler boy girl boys girls son daughter niece nephew".split(),
    "baby": ["baby"],
    "gardening": ["gardener"],
    "cooking": ["cook"],
    "baking": ["baker"],
    "reading": ["reader"],
}
RECIPIENTS: Final = (
    "mum mom mother dad father gran grandma granny nan grandmother grandad grandpa grandfather wife husband partner "
    "girlfriend boyfriend fiance sister brother son daughter niece nephew aunt auntie uncle cousin friend teacher boss "
    "colleague neighbour neighbor child children kid kids baby toddler boy girl boys girls teenager him her them "
    "someone somebody gardener cook baker reader couple host hostess"
).split()
OCCASIONS: Final = (
    "birthday wedding anniversary christening graduation housewarming retirement valentine valentines easter halloween "
    "christmas xmas baptism engagement farewell picnic party barbecue bbq"
).split()
