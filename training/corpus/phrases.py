"""Hand-written French that surrounds titles in real records, and what the annotation guide says outright.

Everything here was written for genscan from the annotation guide and general knowledge; nothing is copied from an
offer, a course or the gold set.
"""

from __future__ import annotations

from collections.abc import Mapping

OFFER_TITLES = (
    "{t} H/F",
    "{t} (H/F)",
    "{t} F/H - CDI",
    "{t} - Lyon",
    "{t} confirmé",
    "{t} junior",
    "Alternance - {t}",
    "Stage {t}",
    "{t} en CDD",
    "Recherche {t}",
)
"""What offers add to a title; none of it changes the job."""

COURSE_TITLES = (
    "Formation {t}",
    "Titre professionnel {t}",
    "Bachelor {t}",
    "Mastère {t}",
    "Devenir {t}",
    "{t} en alternance",
    "Certification {t}",
    "Parcours {t}",
)
"""What courses add to the title of the job they lead to."""

TOOL_TITLES = ("{t}", "Formation {t}", "{t} : initiation", "{t} - perfectionnement", "Maîtriser {t}")
"""How a course on one tool is named."""

OFFER_NOISE = (
    "Nous sommes une entreprise de services du numérique qui accompagne ses clients depuis vingt ans.",
    "Rejoignez un groupe international présent dans plus de trente pays.",
    "PME familiale implantée en région, nous comptons quatre-vingts collaborateurs.",
    "Notre cabinet de recrutement recherche pour l'un de ses clients.",
    "Acteur majeur de la grande distribution, l'enseigne poursuit son développement.",
    "Éditeur de logiciels en pleine croissance, nous équipons plusieurs milliers d'entreprises.",
    "La collectivité emploie six cents agents au service des habitants.",
    "Banque régionale, nous plaçons le client au cœur de nos décisions.",
    "Établissement de santé de quatre cents lits, l'hôpital recrute.",
    "Industriel de référence, nous concevons et fabriquons des équipements pour l'automobile et l'aéronautique.",
    "Start-up fondée il y a cinq ans, nous venons de lever des fonds pour accélérer.",
    "Agence d'intérim, nous vous proposons des missions près de chez vous.",
    "CDI à temps plein, rémunération selon profil et expérience.",
    "Télétravail possible deux jours par semaine, titres-restaurant et mutuelle.",
    "Vous êtes rigoureux, autonome et vous aimez le travail en équipe.",
    "Poste à pourvoir dès que possible, débutant accepté.",
    "Une première expérience sur un poste similaire est souhaitée, permis B exigé.",
    "À compétences égales, le poste est ouvert aux personnes en situation de handicap.",
    "Titulaire d'un diplôme de niveau bac +2 à bac +5, vous justifiez de trois ans d'expérience.",
    "Merci d'envoyer un CV et une lettre de motivation.",
)
"""Sentences of offers that say nothing of the job."""

COURSE_NOISE = (
    "Public : demandeurs d'emploi, salariés et personnes en reconversion.",
    "Aucun prérequis, une bonne motivation est demandée.",
    "Durée : 400 heures en centre et 140 heures en entreprise.",
    "Formation éligible au compte personnel de formation.",
    "À l'issue de la formation, les stagiaires reçoivent une attestation.",
    "Niveau de sortie : bac +2, titre inscrit au RNCP.",
    "Pédagogie active : exposés, exercices et études de cas.",
    "Accessible en présentiel, à distance ou en alternance.",
    "Le diplôme comporte des enseignements généraux et professionnels et des périodes de stage.",
    "Admission sur dossier et entretien, niveau bac exigé.",
    "Évaluation par contrôle continu et soutenance devant un jury.",
    "Nos formateurs sont des professionnels en activité.",
)
"""Sentences of courses that say nothing of the subject."""

DOMAIN_PHRASES: Mapping[str, tuple[str, ...]] = {
    "A": (
        "Semer, récolter et entretenir les cultures.",
        "Nourrir et soigner les animaux de l'élevage.",
        "Tailler, planter et tondre les espaces verts.",
        "Conduire un tracteur et régler les machines agricoles.",
    ),
    "B": (
        "Réaliser des pièces uniques à la main dans l'atelier.",
        "Restaurer des meubles et objets anciens.",
        "Travailler le cuir, le bois, le verre ou le métal précieux.",
        "Créer des modèles de vêtements et leurs patrons.",
    ),
    "C": (
        "Conseiller les clients sur leurs contrats d'assurance et leurs placements.",
        "Étudier les dossiers de crédit et suivre les comptes.",
        "Vendre et louer des biens immobiliers.",
        "Indemniser les sinistres et gérer les contrats.",
    ),
    "D": (
        "Accueillir les clients et encaisser les achats.",
        "Mettre en rayon les produits frais et tenir la caisse.",
        "Prospecter de nouveaux clients et négocier les ventes.",
        "Préparer et vendre le pain, la viande ou le poisson.",
    ),
    "E": (
        "Organiser des événements et des relations presse.",
        "Conduire une machine d'impression offset.",
        "Rédiger des articles pour la presse papier.",
        "Faire des portraits et des reportages photographiques.",
    ),
    "F": (
        "Monter des murs et couler le béton sur le chantier.",
        "Poser du carrelage, des cloisons et de la plomberie.",
        "Suivre les travaux et coordonner les corps d'état du bâtiment.",
        "Tirer les câbles et raccorder les tableaux électriques.",
    ),
    "G": (
        "Servir en salle et préparer les tables.",
        "Préparer les plats et respecter les règles d'hygiène.",
        "Accueillir les vacanciers et animer les activités de loisirs.",
        "Faire les chambres et entretenir les étages de l'hôtel.",
    ),
    "H": (
        "Conduire une ligne de production et contrôler les pièces.",
        "Régler et piloter des machines-outils.",
        "Souder, chaudronner et assembler des pièces mécaniques.",
        "Faire respecter la qualité, la sécurité et l'environnement de l'usine.",
        "Dessiner les plans et étudier les procédés de fabrication.",
    ),
    "I": (
        "Dépanner et entretenir les équipements industriels.",
        "Réparer les véhicules et remplacer les pièces.",
        "Installer et entretenir chaudières et climatiseurs.",
        "Assurer la maintenance électrique et mécanique des automatismes.",
    ),
    "J": (
        "Donner les soins aux patients et surveiller leur état.",
        "Aider les personnes dépendantes dans les actes de la vie quotidienne.",
        "Examiner, diagnostiquer et rééduquer.",
        "Préparer les médicaments et conseiller les malades.",
    ),
    "K": (
        "Accompagner des familles et des publics en difficulté sociale.",
        "Nettoyer les locaux et trier les déchets.",
        "Surveiller les lieux et assurer la sécurité des personnes.",
        "Enseigner à des élèves et préparer les cours.",
        "Plaider, rédiger des actes et conseiller en droit.",
        "Garder des enfants à domicile et préparer les repas.",
    ),
    "L": (
        "Jouer, chanter ou danser sur scène.",
        "Régler le son et la lumière du spectacle.",
        "Fabriquer les décors et les costumes.",
        "Entraîner des sportifs et préparer les compétitions.",
    ),
    "M": (
        "Tenir la comptabilité et établir les bilans.",
        "Recruter, administrer la paie et les contrats de travail.",
        "Assurer le secrétariat, l'accueil téléphonique et le classement.",
        "Acheter, négocier avec les fournisseurs et suivre les budgets.",
        "Vendre les produits et animer une équipe commerciale.",
        "Diriger un établissement et encadrer les équipes.",
    ),
    "N": (
        "Conduire un camion ou un autocar et livrer les clients.",
        "Préparer les commandes et charger les palettes.",
        "Organiser les tournées et suivre les expéditions.",
        "Accueillir les passagers et assurer l'embarquement.",
    ),
}
"""Duties that are no digital job, by the letter of the ROME domain."""

OTHER_COURSES: Mapping[str, str] = {
    # Rule 3 of the guide: office software and management packages, as their user.
    "Excel : initiation": "M",
    "Excel perfectionnement, tableaux croisés dynamiques": "M",
    "Excel VBA": "M",
    "Word, Excel, PowerPoint": "M",
    "Bureautique": "M",
    "TOSA Word": "M",
    "PCIE bureautique": "M",
    "Outlook et messagerie": "M",
    "Microsoft Teams pour les utilisateurs": "M",
    "Dactylographie": "M",
    "Sage comptabilité": "M",
    "EBP gestion commerciale": "M",
    "Ciel paie": "M",
    "Utiliser ChatGPT au quotidien": "M",
    # Rules 4 to 11: neighbours of the digital jobs that lie outside.
    "Licence de mathématiques": "K",
    "BTS électronique": "I",
    "Master de physique": "H",
    "BUT génie mécanique et productique": "H",
    "BTS conception et réalisation de systèmes automatiques": "I",
    "Ingénieur d'affaires dans une société de services": "D",
    "Chargé de recrutement de profils informatiques": "M",
    "Vidéosurveillance et courants faibles": "I",
    "Habilitation électrique B1V BR": "F",
    "Électricien du bâtiment": "F",
    "Enseigner avec la tablette en classe": "K",
    "DN MADE mode et textile": "B",
    "Architecture d'intérieur et design d'espace": "B",
    "Photographie d'art": "E",
    "Licence arts plastiques": "L",
    "Régisseur son et lumière": "L",
    "Comédien, écriture de scénario": "L",
    "Licence information et communication": "E",
    "Attaché de presse": "E",
    "BTS négociation et relation client": "D",
    "Création et reprise d'entreprise artisanale": "M",
    "Conducteur de travaux": "F",
    "Chef de projet événementiel": "E",
    # What fills the catalogues besides.
    "CAP cuisine": "G",
    "CAP pâtissier": "D",
    "CAP coiffure": "D",
    "CAP accompagnant éducatif petite enfance": "K",
    "Bac pro commerce et vente": "D",
    "Bac pro maintenance des véhicules": "I",
    "BTS comptabilité et gestion": "M",
    "BTS assurance": "C",
    "BTS tourisme": "G",
    "BTS diététique": "J",
    "BTSA production horticole": "A",
    "BPJEPS activités aquatiques": "L",
    "Licence de droit": "K",
    "Licence de psychologie": "K",
    "Licence LLCER anglais": "K",
    "Master gestion des ressources humaines": "M",
    "Master finance et contrôle de gestion": "M",
    "Diplôme d'État d'infirmier": "J",
    "Diplôme d'État d'aide-soignant": "J",
    "Diplôme d'État d'éducateur spécialisé": "K",
    "Anglais professionnel TOEIC": "K",
    "Français langue étrangère": "K",
    "Sauveteur secouriste du travail": "K",
    "CACES chariots élévateurs R489": "N",
    "Permis poids lourd, FIMO marchandises": "N",
    "Hygiène alimentaire HACCP": "G",
    "Management d'équipe": "M",
    "Prise de parole en public": "M",
    "Gestion du stress": "M",
    "Gestion de la paie": "M",
    "Soudage TIG": "H",
    "Usinage à commande numérique": "H",
    "Agent de sécurité CQP APS": "K",
    "Yoga et bien-être": "L",
    "Sophrologie": "K",
    "Bilan de compétences": "K",
    "Validation des acquis de l'expérience": "K",
}
"""Courses that are hors numérique, and the letter of their domain."""

DIPLOMAS: Mapping[str, tuple[str, ...]] = {
    "BTS services informatiques aux organisations": (
        "developpeur-d-applications",
        "administrateur-systeme-d-information",
    ),
    "BTS SIO option SLAM": ("developpeur-d-applications",),
    "BTS SIO option SISR": ("administrateur-systeme-d-information", "technicien-reseau"),
    "BUT informatique": ("developpeur-d-applications", "administrateur-systeme-d-information"),
    "Licence informatique": ("developpeur-d-applications", "administrateur-systeme-d-information"),
    "Master informatique": ("developpeur-d-applications", "administrateur-systeme-d-information"),
    "Diplôme d'ingénieur en informatique": ("developpeur-d-applications", "administrateur-systeme-d-information"),
    "BUT réseaux et télécommunications": ("administrateur-reseau", "technicien-en-telecommunication"),
    "BTS CIEL informatique et réseaux": ("technicien-reseau", "technicien-cybersecurite"),
    "Bac pro CIEL": ("technicien-reseau", "technicien-cybersecurite"),
    "BUT métiers du multimédia et de l'internet": ("developpeur-web", "webdesigner", "charge-de-communication-web"),
    "BUT science des données": ("data-analyst", "data-scientist"),
    "Master intelligence artificielle": ("ingenieur-en-machine-learning", "developpeur-ia"),
    "Master science des données, big data": ("data-scientist", "data-engineer"),
    "Master cybersécurité": ("analyste-cybersecurite", "expert-securite-it"),
    "Master MIAGE": ("chef-de-projet-systemes-d-information", "developpeur-d-applications"),
    "DN MADE graphisme, design numérique": ("infographiste", "webdesigner"),
    "DN MADE animation": ("animateur-3d", "motion-designer"),
    "BTS métiers de l'audiovisuel option montage": ("videaste", "charge-de-production-videos"),
    "Conception de sites web": ("webmaster", "developpeur-web"),
    "Référencement naturel et payant": ("expert-seo",),
    "Réseaux sociaux et community management": ("community-manager",),
    "Gestion de projet agile": ("chef-de-projet-agile", "scrum-master"),
    "Se mettre en conformité avec le RGPD": ("delegue-protection-donnees",),
    "Publication assistée par ordinateur": ("infographiste",),
}
"""Courses named by a field of study, and the postes that the guide gives them, the usual first."""

OFFICE_TOOLS = frozenset({"Excel", "Teams", "Google Docs", "Google Meet", "Zoom", "LibreOffice", "SharePoint", "Slack"})
"""Tools that postes use but whose courses are office skills (rule 3 of the guide)."""
