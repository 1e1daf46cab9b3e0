"""Further words of column names in European languages, mostly as exports have them: no accents.

Written like :mod:`header_words`. STRONG phrases tell a type, WEAK ones need values that fit it
strictly: a column called "alumno" holds names, numbers or a count of pupils.
"""

from __future__ import annotations

__all__ = ["STRONG_EUROPE", "WEAK_EUROPE"]

STRONG_EUROPE: dict[str, str] = {
    "person_name": (
        "kontaktperson,contactpersoon,persona contacto,persona de contacto,persona di contatto,"
        "pessoa de contato,nom contact,nombre contacto,nombre medico,nombre profesor,"
        "nombre estudiante,nome aluno,nome candidato,nome urna,nome social,nome do servidor,"
        "hasta adi,ogrenci adi,musteri adi,calisan adi,personel adi,ad soyad,fio,familiya,imya,"
        "otchestvo,imie,imie nazwisko,jmeno,prijmeni,fornavn,etternavn"
    ),
    "email_address": "epost,eposta,epost adresse,e postadress,correo contacto",
    "phone_number": "fono,recapito,telefonas,mobilnummer,telefonnummer,telefono contacto",
    "street_address": "colonia,rua,vej,adresi,ev adresi,adresse complete,complement adresse,"
    "complement d adresse,endereco completo,complemento endereco,via e numero",
    "city": "localita,kommune,kommun,kommunenavn,kommun namn,kommune navn,gemeindename,"
    "gemeentenaam,nom commune,nome comune,nome municipio,nombre municipio,libelle commune,sehir",
    "region": "ccaa,kreis,regierungsbezirk,departement nom,department nom,nom departement,"
    "nom region,region nom,nombre departamento,nombre provincia,nome provincia,nome regione,"
    "sg uf,sigla uf,estado uf,lan,fylkesnavn",
    "country": "nazione,staat,zeme,ulke,orszag,tara,nom pays,nombre pais",
    "zipcode": "codes postaux,codigos postales,postnummer,cod postale,posta kodu",
    "date_of_birth": "fodselsdato,fodselsdag,fodt,fodelsedatum,dogum tarihi,dt nasc,data nascita,"
    "syntymaaika,datum narozeni,nacimiento fecha",
    "gender": "anrede,genere,plec,kjonn,ds genero,genero sexo",
    "marital_status": "sivilstatus,sivilstand,ds estado civil",
    "nationality": "pais nacimiento,pais de nacimiento,ds nacionalidade,narodowosc",
    "occupation": "pozisyon,csp,code csp,ruolo,titolo lavorativo,unvan,ds ocupacao,puesto trabajo,"
    "puesto de trabajo,posto di lavoro,stillingstittel",
    "education": "escolaridad,titulacion,carrera,niveau etudes,filiere,studiengang,corso laurea,"
    "corso di laurea,grau instrucao,ds grau instrucao,nivel academico,curso,studie,wyksztalcenie,"
    "ultimo grado,formacion academica,formacao academica",
    "organization_name": (
        "proveedor,institucion,colegio,escuela,universidad,fournisseur,lieferant,einrichtung,"
        "fornitore,ente,scuola,fornecedor,escola,leverancier,sirket,przedsiebiorstwo,foretag,"
        "bedrift,yritys,nombre proveedor,nombre colegio,nom ecole,nome scuola"
    ),
    "amount": (
        "gastos,depenses,brutto,netto,spesa,spese,despesa,despesas,limite credito,"
        "limite de credito,limite atual,limite de despesas,cena,kwota,pris,belop,ucret,fiyat,"
        "tutar,hinta,palkka,gelir,salaire brut,salaire net,salario bruto,salario neto,"
        "dollar damage,damage amount,koszt,koszty,"
        "custo,custos,precio total,prezzo totale,prix total,valor unitario,ausgaben,"
        "einnahmen,uitgaven"
    ),
    "date": (
        "marca temporal,horodateur,informazioni cronologiche,carimbo de data hora,tijdstempel,"
        "fec,fec alta,erstellt,data iscrizione,data ordine,data inizio,data fine,data cadastro,"
        "data pedido,data admissao,data inicio,data fim,indienst,in dienst,data zamowienia,tarih,"
        "tarihi,kayit tarihi,siparis tarihi,paiva,date embauche,date commande,date inscription,"
        "fecha pedido,fecha contratacion,fecha registro,rechnungsdatum,bestelldatum,startdato,"
        "sluttdato"
    ),
    "generic_id": (
        "register number,registry number,roll number,roll no,pers nr,persnr,pers no,"
        "identificacion,"
        "identificacao,identificazione,identification,cod cliente,"
        "legajo,folio,matricola,codigo pedido,protocolo,sq candidato,numer klienta,"
        "asiakasnumero,kundnr,musteri no,siparis no,id alumno,id empleado,num empleado"
    ),
    "national_id": "nro documento,no documento,cf,titulo eleitor,nis,pis,nit,ced,nro dni,nr cpf",
    "free_text": "remarques,avis,commenti,descrizione,descricao,merknad,kommentarer,aciklama,"
    "motivo consulta,motif consultation,beskrivelse,beskrivning",
    "ethnic_group": "cor,pueblo indigena,grupo racial,cor raca,ds cor raca",
    "health_indicator": "sintomas,comorbidades,diabetico,hipertenso,diagnostico principal",
    "political_opinion": "parti,nuance,nuance politique,etiquette politique,fraktion,partij,"
    "fractie,sigla partido,sg partido,nm partido,parteiname",
    "url": "lien,enlace,lien web,pagina internet",
    "username": "usuario,nombre usuario,pseudo,identifiant connexion,benutzer,utente,gebruiker,"
    "kullanici,anvandarnamn,brukernavn",
    "secret": "mdp,sifre,losenord,passord,haslo,heslo",
    "license_plate": "plaka,dominio vehiculo,nr rejestracyjny",
    "bank_account_number": "conta corrente,agencia conta,cuenta corriente,nr konta,kontonummer",
}

WEAK_EUROPE: dict[str, str] = {
    "organization_name": "cliente,client,customer,kunde,klant",
    "person_name": (
        "tutor,profesor,profesora,alumno,alumna,estudiante,docente,vendedor,vendedora,candidato,"
        "candidata,diputado,alcalde,concejal,professeur,enseignant,eleve,etudiant,candidat,maire,"
        "depute,elu,vendeur,schueler,lehrer,verkaufer,verkaeufer,berater,bewerber,"
        "geschaftsfuhrer,geschaeftsfuehrer,vorstand,studente,alunno,insegnante,sindaco,venditore,"
        "professor,aluno,aluna,vereador,prefeito,leerling,docent,verkoper,hasta,ogrenci,musteri,"
        "calisan,pracownik,klient,pacjent,elev,larare,ansatt,medarbejder,navn,namn,nimi"
    ),
    "street_address": "complemento,ubicacion,lieu,luogo,standort",
    "city": "ubicacion,lieu,luogo,standort,nom,nombre,nome,kommunenavn,departamento",
    "region": "departamento,entidad",
    "amount": "totale,limite,lon,conta",
    "date": "data,dato",
    "generic_id": "codice,codigo,cod,clave,customer,client,employee,user,patient,member,cliente,"
    "empleado,paciente,usuario,kunde,mitarbeiter,agent,driver,person,student,staff,doctor,vendor,"
    "supplier,owner,medico,arzt",
    "national_id": "documento,run",
    "free_text": "motivo,motif",
    "medication": "tratamiento,traitement,tratamento",
    "secret": "clave",
    "license_plate": "patente",
    "bank_account_number": "conta",
}
