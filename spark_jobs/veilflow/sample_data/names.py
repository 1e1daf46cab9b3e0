"""Given and family names of many languages, in their own scripts, to combine at random.

The names are common ones; a person made of them is fictitious. A token ``native=roman`` gives the
romanised form that e-mail addresses and initials use; without it the form is derived by dropping
accents. An underscore stands for a space. Lists run from common to rare.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from veilflow.sample_data.draw import Bools, Choice, zipf

__all__ = ["CULTURES", "Culture", "NamePools", "name_pools"]


@dataclass(frozen=True)
class Culture:
    """The names of one language, and how it writes them.

    ``family_first`` puts the family name before the given name, with ``joint`` between the two;
    ``second_family`` is the share of people with two family names.
    """

    name: str
    female: str
    male: str
    family: str
    family_first: bool = False
    joint: str = " "
    second_family: float = 0.0

    @property
    def is_latin(self) -> bool:
        """Whether the names are in Latin letters: the others give their romanised form."""
        return "=" not in self.family


CULTURES = (
    Culture(
        "english",
        female="""Mary Linda Patricia Susan Barbara Jennifer Jessica Ashley Karen Lisa Nancy
        Betty Sandra Emily Donna Carol Michelle Amanda Melissa Deborah Stephanie Rebecca
        Sharon Laura Cynthia Dorothy Amy Kathleen Angela Shirley Brenda Emma Anna Pamela
        Nicole Samantha Katherine Christine Debra Rachel Carolyn Janet Olivia Heather Diane
        Julie Joyce Victoria Kelly Christina Joan Evelyn Lauren Judith Megan Andrea Cheryl
        Hannah Jacqueline Martha Gloria Teresa Ann Sara Madison Frances Kathryn Janice Jean
        Abigail Alice Julia Judy Sophia Grace Denise Amber Doris Marilyn Danielle Beverly
        Isabella Theresa Diana Natalie Brittany Charlotte Marie Kayla Alexis Keisha Ebony
        Latoya Imani Aaliyah Siobhán Renée Chloë""",
        male="""James Robert John Michael William David Richard Joseph Thomas Charles
        Christopher Daniel Matthew Anthony Mark Donald Steven Paul Andrew Joshua Kenneth
        Kevin Brian George Timothy Ronald Edward Jason Jeffrey Ryan Jacob Gary Nicholas Eric
        Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Frank
        Patrick Raymond Jack Dennis Jerry Tyler Aaron Adam Henry Nathan Douglas Zachary
        Peter Kyle Noah Ethan Jeremy Walter Christian Keith Roger Terry Austin Sean Gerald
        Carl Dylan Harold Jordan Jesse Bryan Lawrence Arthur Gabriel Bruce Logan Billy Joe
        Alan Juan Elijah Willie Albert Wayne Randy Mason Vincent Liam Roy Bobby Caleb
        Bradley Russell Jamal DeShawn Tyrone Malik Seán Zoltan""",
        family="""Smith Johnson Williams Brown Jones Davis Miller Wilson Anderson Thomas
        Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker
        Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell
        Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy
        Cook Rogers Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson
        Wood Watson Brooks Bennett Gray James Hughes Price Myers Long Foster Sanders Ross
        Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons
        Patterson Jordan Reynolds Hamilton Graham Wallace Woods Cole West Owens Gibson Ellis
        Murray Ford Marshall McDonald Harrison Stone Washington Kennedy Wells Henry Freeman
        Webb Tucker Burns Crawford Hicks Boyd Mason Hunter Warren Dixon Gordon Burke Black
        Palmer Rice Knight Stephens Grant Ferguson Dunn Hawkins Spencer Perkins Hudson Payne
        Pierce Berry Matthews Arnold Willis Watkins Carroll Duncan Snyder Hart Cunningham
        Lane Andrews Ruiz Harper Fox Riley Armstrong Carpenter Greene Lawrence Elliott Sims
        O'Brien O'Connor O’Neill Fitzgerald MacLeod Whitfield Ashworth St._Clair Ó_Briain""",
        second_family=0.02,
    ),
    Culture(
        "spanish",
        female="""María Guadalupe Ana Carmen Rosa Elena Sofía Gabriela Lucía Isabel Juana
        Verónica Adriana Alejandra Patricia Leticia Silvia Margarita Teresa Daniela
        Valentina Camila Mariana Yolanda Beatriz Inés Concepción Ximena Begoña Esperanza""",
        male="""José Juan Luis Carlos Jesús Miguel Francisco Antonio Manuel Jorge Alejandro
        Pedro Fernando Ángel Roberto Ricardo Javier Raúl Sergio Eduardo Héctor Rubén Andrés
        Diego Ramón Óscar Mateo Santiago Iñaki Joaquín""",
        family="""García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez
        Torres Flores Rivera Gómez Díaz Reyes Morales Cruz Ortiz Gutiérrez Chávez Ramos Ruiz
        Álvarez Mendoza Vásquez Castillo Jiménez Moreno Romero Herrera Medina Aguilar Vargas
        Guzmán Méndez Muñoz Salazar Soto Delgado Ríos Peña Núñez Ibáñez De_la_Cruz Zúñiga
        Cabañas Ordóñez""",
        second_family=0.35,
    ),
    Culture(
        "german",
        female="Anna Ursula Helga Sabine Petra Monika Käthe Jutta Gisela Heike Birgit Annelie",
        male="Hans Peter Klaus Wolfgang Jürgen Dieter Günter Uwe Jörg Björn Matthias Götz",
        family="""Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann
        Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Krüger Weiß Groß
        Jäger Böhm Löffler von_Hagen""",
    ),
    Culture(
        "french",
        female="""Marie Nathalie Isabelle Hélène Françoise Chloé Zoé Amélie Geneviève Josée
        Anaïs""",
        male="Jean Pierre Michel André Philippe René François Étienne Noël Loïc Jérôme Benoît",
        family="""Tremblay Gagnon Roy Côté Bouchard Gauthier Morin Lavoie Fortin Gagné
        Bélanger Lévesque Bergeron Leblanc Pelletier Dubois Lefèvre Toussaint Désir Beaulieu
        D'Amours""",
        second_family=0.05,
    ),
    Culture(
        "slavic",
        female="""Anna Katarzyna Małgorzata Agnieszka Barbara Krystyna Ewa Zofia Jadwiga
        Božena Zdeňka Łucja Željka Světlana""",
        male="""Jan Andrzej Piotr Krzysztof Stanisław Tomasz Paweł Józef Michał Łukasz Jiří
        Ondřej Željko Đorđe""",
        family="""Nowak Kowalski Wiśniewski Wójcik Kamiński Zieliński Szymański Woźniak
        Dąbrowski Kozłowski Mazur Krawczyk Piotrowski Novák Dvořák Svoboda Horvat Kovačević
        Jovanović Đurić Šimić""",
    ),
    Culture(
        "nordic",
        female="Ingrid Karin Astrid Solveig Åsa Maj-Britt Kirsten Sigríður Päivi Bjørg Tove",
        male="Erik Lars Anders Olaf Bjørn Søren Åke Håkon Jón Väinö Øyvind Gunnar",
        family="""Johansson Andersson Hansen Nielsen Larsen Sørensen Lindström Sjöberg Åberg
        Bjørnstad Jónsson Virtanen Mäkinen Ødegård Nygård""",
    ),
    Culture(
        "turkish",
        female="Ayşe Fatma Emine Hatice Zeynep Elif Gülşen Özlem Şule İpek",
        male="Mehmet Mustafa Ahmet Ali Hüseyin İbrahim Çağlar Oğuz Ümit Şükrü",
        family="""Yılmaz Kaya Demir Çelik Şahin Yıldız Öztürk Aydın Özdemir Arslan Doğan
        Kılıç Güneş""",
    ),
    Culture(
        "portuguese",
        female="Maria Ana Juliana Fernanda Luísa Conceição Inês Márcia Antônia Tânia",
        male="João José Antônio Carlos Paulo Luís Sebastião Simão Gonçalo Estêvão",
        family="""Silva Santos Oliveira Souza Pereira Lima Carvalho Ferreira Ribeiro
        Gonçalves Araújo Conceição Guimarães Magalhães da_Silva dos_Santos""",
        second_family=0.25,
    ),
    Culture(
        "greek",
        female="""Μαρία=maria Ελένη=eleni Αικατερίνη=aikaterini Βασιλική=vasiliki
        Σοφία=sofia Γεωργία=georgia Ιωάννα=ioanna Δήμητρα=dimitra""",
        male="""Γεώργιος=georgios Ιωάννης=ioannis Κωνσταντίνος=konstantinos
        Δημήτριος=dimitrios Νικόλαος=nikolaos Παναγιώτης=panagiotis Χρήστος=christos
        Θεόδωρος=theodoros""",
        family="""Παπαδόπουλος=papadopoulos Παππάς=pappas Οικονόμου=oikonomou
        Γεωργίου=georgiou Νικολάου=nikolaou Παναγόπουλος=panagopoulos Δημητρίου=dimitriou
        Αγγελής=angelis Μακρής=makris Αθανασίου=athanasiou Ζαχαρίου=zachariou""",
    ),
    Culture(
        "cyrillic",
        female="""Елена=elena Ольга=olga Наталья=natalya Татьяна=tatyana Ирина=irina
        Светлана=svetlana Людмила=lyudmila Оксана=oksana Мар'яна=maryana Юлия=yulia""",
        male="""Александр=aleksandr Сергей=sergey Дмитрий=dmitry Андрей=andrey
        Николай=nikolay Владимир=vladimir Михаил=mikhail Олексій=oleksii Фёдор=fyodor
        Ђорђе=djordje""",
        family="""Шевченко=shevchenko Бондаренко=bondarenko Коваленко=kovalenko
        Ткаченко=tkachenko Гончар=honchar Мельник=melnyk Черных=chernykh Седых=sedykh
        Живаго=zhivago Яценюк=yatsenyuk Гроссман=grossman Фельдман=feldman""",
    ),
    Culture(
        "arabic",
        female="""فاطمة=fatima مريم=maryam عائشة=aisha زينب=zaynab نور=nour ليلى=layla
        سارة=sara هدى=huda""",
        male="""محمد=mohammed أحمد=ahmed علي=ali حسن=hassan عمر=omar يوسف=yousef خالد=khaled
        إبراهيم=ibrahim""",
        family="""الأحمد=alahmad حسين=hussein الخطيب=alkhatib النجار=alnajjar المصري=almasri
        حداد=haddad خوري=khoury الشامي=alshami منصور=mansour عبد_الله=abdullah""",
    ),
    Culture(
        "arabic-latin",
        female="Fatima Maryam Aisha Zaynab Nour Layla Sara Huda Amal Rania Noor Shirin",
        male="Mohammed Ahmed Ali Hassan Omar Yousef Khaled Ibrahim Mahmoud Tariq Karim Reza",
        family="""Khan Hussain Ali Ahmed Haddad Khoury Al-Masri Mansour Rahimi Hosseini
        Al-Khatib Nasser Aziz Farah Saleh El-Sayed""",
    ),
    Culture(
        "west-african",
        female="Ngozi Amara Chidinma Adaeze Folasadé Yétúndé Abena Akosua Aïssatou Fatou Ṣadé",
        male="Chukwuemeka Obinna Kwame Kofi Oluwaseun Babatunde Ọláolú Moussa Mamadou Ìbùkún",
        family="""Okafor Okonkwo Adeyemi Mensah Owusu Nwosu Eze Diallo Traoré Koné Ọláníyan
        Boateng Adébáyọ̀ N'Diaye""",
    ),
    Culture(
        "chinese",
        female="""芳=fang 秀英=xiuying 娜=na 敏=min 静=jing 丽=li 桂英=guiying 雪梅=xuemei
        婷婷=tingting 欣怡=xinyi""",
        male="""伟=wei 强=qiang 磊=lei 军=jun 洋=yang 勇=yong 建国=jianguo 志明=zhiming
        浩然=haoran 俊杰=junjie""",
        family="""王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 黄=huang 赵=zhao 吴=wu
        周=zhou 徐=xu 孙=sun 林=lin 欧阳=ouyang""",
        family_first=True,
        joint="",
    ),
    Culture(
        "chinese-latin",
        female="Mei Li Xiu Jing Yan Fang Hui Ling Min Na Lü-Ying Xiaoyan Grace Amy",
        male="Wei Jun Ming Hao Lei Jian Bo Chen Tao Kai Zhiqiang Guang Kevin Jason",
        family="""Chen Wang Li Zhang Liu Lin Huang Wu Wong Chan Yang Zhao Lü Chang Leung
        Cheung Ng Xu""",
    ),
    Culture(
        "japanese",
        female="""陽子=yoko 恵子=keiko 美咲=misaki 葵=aoi さくら=sakura 由美=yumi
        千尋=chihiro 真由美=mayumi""",
        male="""健一=kenichi 誠=makoto 大輔=daisuke 翔太=shota 浩=hiroshi 直樹=naoki
        隆=takashi 蓮=ren""",
        family="""佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 伊藤=ito 渡辺=watanabe
        山本=yamamoto 中村=nakamura 小林=kobayashi 加藤=kato 髙島=takashima""",
        family_first=True,
    ),
    Culture(
        "korean",
        female="""지은=jieun 서연=seoyeon 민지=minji 수진=sujin 영희=younghee 하은=haeun
        미경=mikyung""",
        male="""민준=minjun 서준=seojun 영수=youngsoo 성민=sungmin 준호=junho 동현=donghyun
        지훈=jihoon""",
        family="김=kim 이=lee 박=park 최=choi 정=jung 강=kang 조=cho 윤=yoon 남궁=namgung",
        family_first=True,
        joint="",
    ),
    Culture(
        "korean-latin",
        female="Ji-eun Seo-yeon Min-ji Soo-jin Young-hee Ha-eun Grace Eunice",
        male="Min-jun Seo-jun Young-soo Sung-min Jun-ho Dong-hyun Ji-hoon Daniel",
        family="Kim Lee Park Choi Jung Kang Cho Yoon Lim Han Shin Kwon",
    ),
    Culture(
        "vietnamese",
        female="Thị_Hoa Lan Hương Mai Ngọc Thảo Linh Phương Thúy Trâm Bích_Ngọc",
        male="Văn_Hùng Minh Tuấn Dũng Đức Quang Hải Thắng Bảo Long Quốc_Việt",
        family="Nguyễn Trần Lê Phạm Hoàng Huỳnh Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý",
    ),
    Culture(
        "indian",
        female="""Priya Anjali Lakshmi Sunita Kavita Deepa Meena Pooja Aishwarya Divya Nisha
        Rekha""",
        male="Raj Amit Sanjay Ravi Vijay Suresh Arjun Anil Rahul Ramesh Krishna Venkat",
        family="""Patel Singh Sharma Kumar Gupta Reddy Shah Rao Nair Iyer Desai Mehta Joshi
        Krishnamurthy Banerjee Subramanian""",
    ),
    Culture(
        "devanagari",
        female="प्रिया=priya सुनीता=sunita कविता=kavita अंजलि=anjali मीना=meena",
        male="राजेश=rajesh अमित=amit संजय=sanjay विजय=vijay सुरेश=suresh",
        family="शर्मा=sharma पटेल=patel सिंह=singh गुप्ता=gupta वर्मा=verma जोशी=joshi",
    ),
)

_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "ß": "ss", "đ": "d", "ı": "i", "æ": "ae", "ð": "d", "þ": "th", "ђ": "dj"}
)


def romanised(name: str) -> str:
    """The name in a to z alone, as in an e-mail address."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_UNDECOMPOSED))
    return "".join(letter for letter in plain if "a" <= letter <= "z")


@dataclass(frozen=True)
class NamePools:
    """All names end to end, with their romanised forms, and the choices among them.

    ``given_choice`` has two groups a culture, female and then male; ``family_choice`` one.
    """

    given: pa.Array
    given_roman: pa.Array
    given_choice: Choice
    family: pa.Array
    family_roman: pa.Array
    family_choice: Choice
    family_first: Bools
    is_latin: Bools
    joint: pa.Array
    second_family: np.ndarray[tuple[int], np.dtype[np.float64]]


@cache
def name_pools() -> NamePools:
    """The names of :data:`CULTURES`, ready to draw from."""
    given = [_tokens(text) for culture in CULTURES for text in (culture.female, culture.male)]
    family = [_tokens(culture.family) for culture in CULTURES]
    return NamePools(
        _column(given, 0),
        _column(given, 1),
        Choice.of([zipf(len(group), 0.7) for group in given]),
        _column(family, 0),
        _column(family, 1),
        Choice.of([zipf(len(group), 0.75) for group in family]),
        np.array([culture.family_first for culture in CULTURES]),
        np.array([culture.is_latin for culture in CULTURES]),
        pa.array([culture.joint for culture in CULTURES], pa.string()),
        np.array([culture.second_family for culture in CULTURES]),
    )


def _tokens(text: str) -> list[tuple[str, str]]:
    pairs = (token.replace("_", " ").partition("=") for token in text.split())
    return [
        (unicodedata.normalize("NFC", native), roman or romanised(native))
        for native, _, roman in pairs
    ]


def _column(groups: list[list[tuple[str, str]]], side: int) -> pa.Array:
    return pa.array([pair[side] for group in groups for pair in group], pa.string())
