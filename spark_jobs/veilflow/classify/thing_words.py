"""Nouns that say what a thing is, beside a name it is called by: "the Douglas fir", "Lake Louise".

Folded as :func:`headers.fold` does, by kind of thing. None is a verb in the form written here that
persons do as often ("Anna paints"), and none is a usual family name.
"""

from __future__ import annotations

__all__ = ["FIRM_WORDS", "GOODS", "HEADS", "LEGAL_FORMS"]

GOODS = frozenset(
    """
    tree fir pine spruce oak maple aspen birch willow elm fern creeper orchid tulip rhododendron
    shrub hedge seedling cultivar variety apple pear plum cherry potato tomato bean beans lettuce
    terrier retriever spaniel hound wolfhound sheepdog poodle puppy puppies kitten pony cattle sheep
    goat finch gull warbler sparrow hummingbird turtle tortoise toad salmon trout zebra gazelle
    seasoning marmalade jam mustard ketchup mayonnaise relish noodles pasta bread buns bun biscuit
    cookie cookies crackers cereal granola yoghurt yogurt butter juice gin brandy cider lager ale
    stout liqueur champagne salad soup stew pie tart torte pudding burger sandwich curry chair
    armchair desk mattress shelf bookcase cabinet dresser lampshade candle candles rug carpet
    curtain blanket duvet cutlery crockery saucepan skillet hammer ladder pliers chisel compressor
    generator mower chainsaw sander grinder workbench toolbox speaker soundbar headset headphones
    earbuds microphone turntable amplifier synthesizer router charger adapter battery batteries
    blender mixer kettle toaster vacuum dishwasher fridge freezer oven shaver toothbrush console
    thermostat smartwatch hoodie sweater cardigan blouse skirt scarf gloves belt sneakers trainers
    sandals heels pyjamas polo shorts leggings backpack suitcase wallet shampoo conditioner lotion
    moisturizer lipstick mascara eyeliner cologne fragrance kappa alpha coefficient correlation
    regression estimator kernel inequality conjecture polynomial notation plot modulus counter coil
    diode orbit comet asteroid crater nebula opera musical ballet soundtrack sonata symphony
    concerto audiobook paperback hardcover remake turbine helicopter airliner jet yacht ferry
    locomotive tram scooter bicycle bike sedan suv wagon roadster convertible hatchback pickup
    """.split()
)
"""What a thing is, after the name."""

HEADS = frozenset(
    """
    terminal platform lake mount cape camp fort port parque plaza estacion aeropuerto calle avenida
    paseo barrio colonia puerto cerro lago hospital clinica universidad colegio escuela instituto
    estadio teatro museo mercado biblioteca edificio torre puente palacio iglesia catedral hotel
    restaurante parc place gare aeroport rue quai pont stade lycee college ecole universite institut
    hopital clinique musee theatre cinema eglise cathedrale chateau tour metro boulangerie praca rua
    largo estacao aeroporto escola museu ponte igreja rodovia piazza via stazione ospedale scuola
    universita stadio chiesa palazzo villa cascina monte bahnhof flughafen klinikum krankenhaus
    schule gymnasium stadion theater brucke schloss burg apotheke backerei cafe restaurant bistro
    brasserie pizzeria trattoria osteria hurricane typhoon cyclone operation project mission
    programme tropical crepe crepes peche poire tarte salade potage tournedos filet sole pasta
    spaghetti risotto pollo vitello torta pizza eggs beef chicken steak oysters sauce salsa cocktail
    clematis hosta hydrangea rhododendron hemerocallis ferry tanker frigate motor yacht locomotive
    chateauneuf domaine bodega weingut
    """.split()
)
"""What a thing is, before the name: "Parque Bolívar", "Crêpes Suzette", "Hurricane Katrina"."""

LEGAL_FORMS = frozenset(
    """
    inc incorporated ltd limited llc llp plc corp corporation gmbh kg ohg sarl sas spa srl bv nv oy
    oyj aps pty pvt co company sons son brothers bros associates partners cie
    """.split()
)
"""What follows a firm's name after a comma or an "&" too."""

FIRM_WORDS = (LEGAL_FORMS - {"son", "sons", "brothers", "cie"}) | frozenset(
    """
    holding holdings group groupe gruppe international worldwide global enterprises industries
    technologies solutions systems services consulting labs laboratories software networks
    semiconductor semiconductors electronics instruments therapeutics pharmaceuticals pharma biotech
    lifesciences sciences healthcare diagnostics biosciences bank bancorp bancshares financial
    capital securities insurance assurance trust ventures investments properties property realty
    hotels resorts stores outfitters brands products foods beverages breweries motors automotive
    airlines airways aerospace aluminum aluminium petroleum petrolub energy electric mining minerals
    resources chemical chemicals materials lines logistics shipping freight railway railways
    railroad pipeline utilities telecom communications media broadcasting entertainment studios
    pictures publishing records interactive beauty cosmetics apparel footwear clothiers robotics
    educators university universitat universidad college institute foundation stiftung association
    council committee ministry department agency
    """.split()
)
"""A word of a firm's or a body's name that isn't its first one."""
